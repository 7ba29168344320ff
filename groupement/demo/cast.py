"""Whom the demonstration is about, the charter they agreed, and what happened in three months, two of them closed.

Only tables: what of the hours differs from the plan is listed.
"""

from dataclasses import dataclass, field
from datetime import date

from groupement.kernel.periods import Month
from members.roles import Role

PASSWORD = "La Ronde de demo 2026"  # noqa: S105 - printed by the command, refused outside demonstration mode
DOMAIN = "laronde.example"
FOUNDED_ON = date(2026, 5, 4)
FIRST_DAY = date(2026, 8, 1)


@dataclass(frozen=True)
class Structure:
    """A member structure as the demonstration knows it."""

    key: str
    legal_name: str
    short_name: str
    mark: int
    legal_form: str
    siren_body: str
    street: str
    city: tuple[str, str]
    agreement: str
    headcount: int
    is_taxable: bool
    naf: str
    attestation_percent: str = ""


@dataclass(frozen=True)
class Person:
    """Somebody who logs in: group-wide roles, or a seat (member key, function)."""

    name: str
    role: str
    login: str
    coordinator: bool = False
    finance: bool = False
    admin: bool = False
    seats: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True)
class Placement:
    """An assignment: weekly pattern in minutes from Monday, and its price."""

    reference: str
    house: str
    job: str
    week: tuple[int, ...]
    terms: dict[str, str] = field(hash=False)


@dataclass(frozen=True)
class SharedEmployee:
    """A shared employee, what a month of work costs, and where the work is."""

    first_name: str
    last_name: str
    login: str
    birth_date: date
    sex: str
    job: str
    qualification: str
    payroll_number: str
    weekly_minutes: int
    gross: str
    placings: tuple[Placement, ...]


GROUP = {
    "name": "La Ronde",
    "tagline": "Groupement d’employeurs de Lorient et Bretagne Sud (démonstration)",
    "legal_form": "Association loi 1901",
    "rna": "W561999999",
    "street": "12 quai des Indes",
    "postal_code": "56100",
    "city": "Lorient",
    "email": f"bonjour@{DOMAIN}",
    "phone": "02 00 00 00 00",
    "website": f"https://{DOMAIN}",
    "iban": "FR7630006000011234567890189",
    "bic": "AGRIFRPP",
    "bank_name": "Banque de démonstration",
    "collective_agreement": "ECLAT (IDCC 1518)",
    # The story's days stand still while the clock goes on: everything that waits for a member would lapse at once.
    "has_tacit_confirmation": False,
    "payroll_day": 10,
    "vat_period": "monthly",
    "vat_first_period": date(2026, 10, 1),
    "vat_day": 19,
}
# The delay to confirm hours, in days: two at first, three since the members asked for it.
CONFIRMATION_DAYS = 2, 3
LONGER_SINCE, LONGER_BY = date(2026, 11, 1), "Conseil du 12/10/2026, point 4"
GROUP_SIREN_BODY = "90000000"

HOUSES = (
    Structure("aloen", "Aloen, agence locale de l’énergie (démonstration)", "Aloen", 1, "association", "90000101",
          "6 rue de l’Aquilon", ("56100", "Lorient"), "Bureaux d’études (1486)", 22, False, "7112B"),
    Structure("optimism", "Optim’ism, insertion par le maraîchage (démonstration)", "Optim’ism", 2, "association",
          "90000102", "3 chemin des Serres", ("56670", "Riantec"), "Ateliers et chantiers d’insertion (3016)",
          64, True, "0113Z"),
    Structure("spl", "SPL Bois Énergie Renouvelable (démonstration)", "SPL Bois Énergie", 3, "spl", "90000103",
          "40 boulevard du Bois", ("56100", "Lorient"), "Équipements thermiques (1256)", 9, True, "3530Z"),
    Structure("oncime", "OnCIMé, société citoyenne solaire (démonstration)", "OnCIMé", 4, "sas", "90000104",
          "8 place du Soleil", ("56600", "Lanester"), "Sans convention", 2, True, "3511Z"),
    Structure("book", "Book Hémisphères, coopérative du livre (démonstration)", "Book Hémisphères", 5, "scic",
          "90000105", "15 rue des Relieurs", ("56700", "Kervignac"), "Commerces de détail (1517)", 39, True,
          "4779Z"),
    Structure("sonam", "Sonam, école de musique (démonstration)", "Sonam", 6, "association", "90000106",
          "2 rue des Luthiers", ("56100", "Lorient"), "ECLAT (1518)", 14, False, "8552Z", "3.20"),
)  # fmt: skip

PEOPLE = (
    Person("Solène Rivoal", Role.COORDINATOR.heading, "solene.rivoal", coordinator=True),
    Person("Gaël Perrot", Role.FINANCE.heading, "gael.perrot", finance=True),
    Person("Malo Kervella", Role.ADMIN.heading, "malo.kervella", admin=True),
    Person("Nolwenn Jégo", "Aloen", "nolwenn.jego", seats=(("aloen", "representative"),)),
    Person("Erwan Le Bris", "Optim’ism", "erwan.lebris", seats=(("optimism", "representative"),)),
    Person("Loïc Tanguy", "SPL Bois Énergie", "loic.tanguy", seats=(("spl", "representative"),)),
    Person("Gwenaëlle Riou", "OnCIMé", "gwenaelle.riou", seats=(("oncime", "representative"),)),
    Person("Claire Danno", "Book Hémisphères", "claire.danno", seats=(("book", "representative"),)),
    Person("Anaïs Moal", "Sonam", "anais.moal", seats=(("sonam", "representative"),)),
    Person("Yann Le Floch", "Optim’ism, encadrement", "yann.lefloch", seats=(("optimism", "manager"),)),
)

MONDAY, TUESDAY, WEDNESDAY, THURSDAY, FRIDAY = range(5)


def week(**minutes: int) -> tuple[int, ...]:
    """A weekly pattern from day names to minutes: ``week(monday=420)``."""
    days = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
    return tuple(minutes.get(day, 0) for day in days)


ACTUAL = {"price_method": "actual", "management_rate": "5.00"}
EXEMPT = {**ACTUAL, "vat_regime": "E261B", "is_trued_up": "yes"}

EMPLOYEES = (
    SharedEmployee(
        "Maëlle", "Kerbrat", "maelle.kerbrat", date(1988, 3, 14), "F", "comptable", "technicienne", "LR001", 2100,
        "2350.00",
        (
            Placement("MAD-2026-001", "aloen", "comptabilité", week(monday=420), ACTUAL),
            Placement("MAD-2026-002", "optimism", "paies des chantiers", week(tuesday=420), ACTUAL),
            Placement("MAD-2026-003", "book", "comptabilité des magasins", week(wednesday=420), ACTUAL),
            Placement("MAD-2026-004", "spl", "suivi des livraisons", week(thursday=420),
                    {"price_method": "hourly", "hourly_price": "30.60"}),
            Placement("MAD-2026-005", "sonam", "comptabilité", week(friday=210), EXEMPT),
            Placement("MAD-2026-006", "oncime", "comptabilité", week(friday=210), ACTUAL),
        ),
    ),
    SharedEmployee(
        "Youenn", "Talec", "youenn.talec", date(1995, 11, 2), "M", "assistant administratif", "employé", "LR002",
        1680, "1640.00",
        (
            Placement("MAD-2026-007", "optimism", "secrétariat", week(monday=420),
                    {"price_method": "hourly", "hourly_price": "22.44"}),
            Placement("MAD-2026-008", "book", "accueil et commandes", week(tuesday=420),
                    {"price_method": "hourly", "hourly_price": "22.44"}),
            Placement("MAD-2026-009", "spl", "suivi des livraisons", week(thursday=420),
                    {"price_method": "hourly", "hourly_price": "22.44"}),
            Placement("MAD-2026-010", "sonam", "inscriptions", week(friday=420),
                    {"price_method": "hourly", "hourly_price": "22.44", "vat_regime": "E261B",
                     "is_trued_up": "yes"}),
        ),
    ),
    SharedEmployee(
        "Inès", "Guillou", "ines.guillou", date(1992, 7, 29), "F", "chargée de communication", "cadre", "LR003",
        2100, "2480.00",
        (
            Placement("MAD-2026-011", "aloen", "communication", week(monday=420),
                    {"price_method": "hourly", "hourly_price": "26.40"}),
            Placement("MAD-2026-012", "optimism", "communication", week(tuesday=420), ACTUAL),
            Placement("MAD-2026-013", "book", "librairie en ligne", week(wednesday=420), ACTUAL),
            Placement("MAD-2026-014", "oncime", "vie coopérative", week(thursday=420, friday=210),
                    {"price_method": "flat", "flat_amount": "1260.00"}),
            Placement("MAD-2026-015", "sonam", "saison musicale", week(friday=210), EXEMPT),
        ),
    ),
)  # fmt: skip


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
            "l’avance et un seul interlocuteur pour leurs questions\u00a0: la coordination."
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
            "Chaque structure confie au moins un espace, même petit, à la nature\u00a0: haie, mare, toit ou bac "
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
        "Les factures du groupement sont réglées avant leur échéance\u00a0: les salaires en dépendent.",
    ),
    (
        "solidarity",
        "Une journée d’expertise offerte",
        "Chaque structure offre aux autres au moins une journée par an de ce qu’elle sait le mieux faire.",
    ),
)

AUGUST, SEPTEMBER, OCTOBER = Month(2026, 8), Month(2026, 9), Month(2026, 10)
CLOSED = (AUGUST, SEPTEMBER)
OPEN = OCTOBER


@dataclass(frozen=True)
class AbsentDays:
    """Days that were not worked at members: the planned minutes go to the group's timesheet, under ``kind``."""

    payroll_number: str
    first: date
    last: date
    kind: str


@dataclass(frozen=True)
class ChangedMinutes:
    """A day on an assignment whose minutes differ from the plan; with clock times where they matter."""

    reference: str
    day: date
    minutes: int
    started: str = ""
    ended: str = ""


AWAY = (
    AbsentDays("LR003", date(2026, 8, 3), date(2026, 8, 7), "leave"),
    AbsentDays("LR001", date(2026, 8, 10), date(2026, 8, 14), "leave"),
    AbsentDays("LR002", date(2026, 8, 17), date(2026, 8, 21), "leave"),
    AbsentDays("LR002", date(2026, 9, 17), date(2026, 9, 17), "training"),
    AbsentDays("LR003", date(2026, 9, 8), date(2026, 9, 9), "sickness"),
    AbsentDays("LR001", date(2026, 10, 29), date(2026, 10, 30), "leave"),
)
CHANGED = (
    ChangedMinutes("MAD-2026-001", date(2026, 8, 31), 450),
    ChangedMinutes("MAD-2026-007", date(2026, 9, 14), 390),
    ChangedMinutes("MAD-2026-012", date(2026, 9, 22), 510),
    ChangedMinutes("MAD-2026-006", date(2026, 9, 25), 255),
    ChangedMinutes("MAD-2026-002", date(2026, 10, 13), 540),
    ChangedMinutes("MAD-2026-011", date(2026, 10, 26), 300),
    # A daily rest of 10 h 15 between two members: an evening concert, then an early start (C. trav. L3131-1).
    ChangedMinutes("MAD-2026-015", date(2026, 10, 20), 225, "19:00", "22:45"),
    ChangedMinutes("MAD-2026-013", date(2026, 10, 21), 420, "09:00", "17:00"),
)
# The one timesheet of September that its member left unanswered: it lapsed, and is marked so.
LAPSED = "MAD-2026-009"
# How far each assignment's October has come: draft, submitted, confirmed, approved, or contested.
PROGRESS = {
    "MAD-2026-001": "confirmed",
    "MAD-2026-002": "confirmed",
    "MAD-2026-003": "confirmed",
    "MAD-2026-004": "approved",
    "MAD-2026-005": "confirmed",
    "MAD-2026-006": "approved",
    "MAD-2026-007": "submitted",
    "MAD-2026-008": "contested",
    "MAD-2026-009": "submitted",
    "MAD-2026-010": "submitted",
    "MAD-2026-011": "confirmed",
    "MAD-2026-012": "submitted",
    "MAD-2026-013": "approved",
    "MAD-2026-014": "approved",
    "MAD-2026-015": "draft",
}
UNFINISHED = {"MAD-2026-015": date(2026, 10, 24)}  # hours are typed up to that day only
CONTESTED = (
    "MAD-2026-008",
    date(2026, 10, 20),
    "Youenn est parti à 15 h 30 ce jour-là pour une réunion à Aloen\u00a0: nous comptons 5 h 30 chez nous, pas 7 h.",
    330,
)
# The payroll office's files, month by month: number, gross pay, employer contributions, other costs.
PAYROLL = {
    AUGUST: (
        ("LR001", "2350.00", "893.00", "86.40"),
        ("LR002", "1640.00", "508.40", "64.20"),
        ("LR003", "2480.00", "967.20", "86.40"),
    ),
    SEPTEMBER: (
        ("LR001", "2350.00", "893.00", "86.40"),
        ("LR002", "1640.00", "508.40", "214.20"),
        ("LR003", "2411.37", "940.43", "86.40"),
    ),
}
