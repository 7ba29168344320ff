"""What the demonstration's six members agreed: the charter's text, by theme, in words of our own."""

CHARTER_TITLE = "Charte de La Ronde"
PREAMBLE = (
    "Nous sommes six structures très différentes d’un même territoire. Nous partageons des emplois, des "
    "savoir-faire et des moyens. Nous le faisons pour que le travail ait du sens, pour que chacun y trouve sa "
    "place et pour que le vivant ait la sienne. Cette charte dit ce que nous nous promettons."
)
ARTICLES = (
    (
        "Une structure, une voix",
        "Chaque structure pèse autant que les autres, quelle que soit sa taille. Nous cherchons l’accord d’abord.",
    ),
    (
        "Un emploi partagé est un emploi entier",
        (
            "Les personnes que nous partageons ont un contrat durable, un planning connu quinze jours à "
            "l’avance et un seul interlocuteur pour leurs questions : la coordination."
        ),
    ),
    (
        "Des comptes que tout le monde peut lire",
        (
            "Les heures sont visées par la structure où elles sont faites. Le coût est partagé au centime, et "
            "chacun sait pourquoi il paie ce qu’il paie."
        ),
    ),
    (
        "Grandir et essaimer",
        (
            "Nous accueillons d’autres structures qui signent cette charte, et nous aidons les territoires "
            "voisins à créer leur propre groupement."
        ),
    ),
)
THEMES = (
    ("biodiversity", "Biodiversité", "Laisser au vivant la place dont nous dépendons."),
    ("living_together", "Vivre-ensemble", "Faire équipe entre maisons qui ne se ressemblent pas."),
    ("inclusion", "Inclusion", "Que personne ne reste devant la porte."),
    ("solidarity", "Solidarité", "Partager les moyens, les coups durs et les bonnes idées."),
)
COMMITMENTS = (
    (
        "biodiversity",
        "Un espace rendu au vivant",
        (
            "Chaque structure confie au moins un espace, même petit, à la nature : haie, mare, toit ou bac "
            "planté, et le suit pendant l’année."
        ),
    ),
    (
        "biodiversity",
        "Des trajets plus sobres",
        (
            "Entre deux maisons, nous privilégions le vélo, le train, le bateau-bus et le covoiturage, et nous "
            "groupons les journées de travail pour éviter les allers et retours."
        ),
    ),
    (
        "living_together",
        "Un vrai accueil",
        (
            "Toute personne partagée a, dès le premier jour, une place, un accès, une personne référente et sa "
            "part du café."
        ),
    ),
    (
        "living_together",
        "Se parler avant d’écrire",
        "Un désaccord sur des heures se règle d’abord par un échange, dans les cinq jours, puis dans l’outil commun.",
    ),
    (
        "inclusion",
        "Ouvrir les postes",
        (
            "Nos offres sont lisibles, diffusées auprès des structures d’insertion et jugées sur ce que la "
            "personne sait ou peut apprendre à faire."
        ),
    ),
    (
        "inclusion",
        "Transmettre",
        "Chaque structure accueille au moins une personne en découverte par an, avec une tutrice ou un tuteur.",
    ),
    (
        "solidarity",
        "Payer à l’heure",
        "Les factures du groupement sont réglées avant leur échéance : les salaires en dépendent.",
    ),
    (
        "solidarity",
        "Une journée d’expertise offerte",
        "Chaque structure offre aux autres au moins une journée par an de ce qu’elle sait le mieux faire.",
    ),
)
