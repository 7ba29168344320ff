"""The table of hours as people type them, shared by Python and the script of the page.

``tests/groupement/test_worktime.py`` and ``tests/browser/test_typed_hours.py`` read it. Each case is
read for one day: 24 hours at most.
"""

from groupement.kernel.worktime import DAY

# What was typed, and its minutes.
ACCEPTED = {
    # Case 24: all of them are 450 minutes.
    "7,5": 450,
    "7.5": 450,
    "7:30": 450,
    "7h30": 450,
    "450 min": 450,
    "7 h 30": 450,
    "7\u00a0h\u00a030": 450,
    "7H30": 450,
    "07:30": 450,
    "7,50": 450,
    "450mn": 450,
    "": 0,
    "  ": 0,
    "0": 0,
    "0h00": 0,
    "7": 420,
    "7h": 420,
    "7 h": 420,
    " 7 ": 420,
    "007": 420,
    "7 h 05": 425,
    "7 h 30 min": 450,
    "7\u202fh\u202f30": 450,
    "7h20": 440,
    "0,25": 15,
    "7,33": 440,
    "7,34": 440,
    "0,01": 1,
    "1 minute": 1,
    "90 minutes": 90,
    "24": DAY,
    "24:00": DAY,
    "24,00": DAY,
    "1440 min": DAY,
    "2 heures": 120,
    "1,5 heure": 90,
}

# What was typed, and what the sentence that refuses it says.
REFUSED = {
    "7:75": "75 minutes après l’heure",
    "7h60": "60 minutes après l’heure",
    "-1": "négatif",
    "\u22121": "négatif",
    "25:00": "dépasse 24",
    "24,01": "dépasse 24",
    "24h01": "dépasse 24",
    "1500 min": "dépasse 24",
    "abc": "n’est pas une durée",
    "h": "n’est pas une durée",
    "7,333": "plus de deux décimales",
    "7:5": "deux chiffres",
    "7h5": "deux chiffres",
    "7:": "deux chiffres",
    "7:30:00": "n’est pas une durée",
    "1 5": "n’est pas une durée",
    "7,5,0": "n’est pas une durée",
    "7,": "n’est pas une durée",
    "7²": "n’est pas une durée",
    "٧": "n’est pas une durée",
    ",5": "n’est pas une durée",
    "450 m": "n’est pas une durée",
    "12345": "n’est pas une durée",
}
