"""Whose hours somebody may import, and where: the names in a file are searched among these people and places only."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date

from django.db.models import Q

from employees.models import Assignment, Employee
from groupement.kernel.asked import asked_key
from groupement.kernel.cells import plain
from groupement.kernel.french import enumeration, of, quoted
from groupement.kernel.periods import Month
from members.access import coordinates, written_for
from members.models import Group, Member, User
from timesheets.importing.layouts import LEFT_OUT
from timesheets.importing.rows import HoursRow
from timesheets.models import GROUP_KINDS, Kind

AT_GROUP = "group"
NO_PLACE = "sans client ni projet"
UNKNOWN = "est inconnu. Corrigez-le, ou choisissez ci-dessus à quoi il correspond."


@dataclass(frozen=True)
class ImportChoices:
    """What the person decided before the import.

    ``how`` to round and to which ``step`` in minutes; the ``order`` of day and month; for names that are not
    recognised, by the name without accents, the employee's or member's id as text, LEFT_OUT or AT_GROUP; for lines that
    repeat another, by their number, whether they count (twins.py). ``reason``: why hours change that another wrote or
    handed in.
    """

    how: str = "none"
    step: int = 15
    order: str = ""
    people: Mapping[str, str] = field(default_factory=dict)
    places: Mapping[str, str] = field(default_factory=dict)
    twins: Mapping[str, str] = field(default_factory=dict)
    reason: str = ""


@dataclass(frozen=True)
class HoursPlace:
    """An assignment, or "at the group" when there is none."""

    employee: Employee
    assignment: Assignment | None


class UnknownPlace(Exception):  # noqa: N818 - it becomes a fault of the line
    """The person or place of a row is not found: the column at fault, its value, the sentence.

    ``name``: "people" or "places", and the unknown name that the page asks about; None when it asks nothing.
    """

    def __init__(self, column: str, value: str, sentence: str, name: tuple[str, str] | None = None) -> None:
        super().__init__(sentence)
        self.column, self.value, self.sentence, self.name = column, value, sentence, name


class RowLeftOut(Exception):  # noqa: N818 - a choice, not an error
    """The person chose not to import such rows."""


@dataclass
class Directory:
    """The people and places that somebody may import for, by all the names that a file may use.

    ``asked``: the unknown names by their normalised form, as the file spells them.
    """

    people: Mapping[int, Employee]
    members: Mapping[int, Member]
    names: Mapping[str, set[int]]
    places: Mapping[str, int]
    assignments: Mapping[tuple[int, int], list[Assignment]]
    references: Mapping[str, Assignment]
    group_names: frozenset[str]
    own: Employee | None
    is_coordination: bool
    asked: dict[str, str] = field(default_factory=dict)

    @property
    def is_own_only(self) -> bool:
        """Whether somebody imports no hours but their own: nobody needs to be named."""
        return self.own is not None and len(self.people) == 1

    def find(self, row: HoursRow, choices: ImportChoices) -> HoursPlace:
        """The person and place of a row. Raises UnknownPlace, or RowLeftOut."""
        assignment = self._referred(row)
        employee = self._person(row, choices, assignment)
        if assignment is not None:
            if assignment.employee_id != employee.pk:
                raise UnknownPlace(
                    "reference",
                    row.reference,
                    f"cette mise à disposition n’est pas celle {of(str(employee))}. "
                    "Corrigez la référence ou la personne.",
                )
            return HoursPlace(employee, assignment)
        return self._place(row, choices, employee)

    def _referred(self, row: HoursRow) -> Assignment | None:
        """The assignment that the row names by its reference, in the column for it or as another program's project."""
        if row.reference:
            found = self.references.get(plain(row.reference))
            if found is None:
                reference = quoted(row.reference, at_most=30)
                raise UnknownPlace(
                    "reference", row.reference, f"la référence {reference} est inconnue. Corrigez-la."
                )
            return found
        return next(
            (self.references[name] for name in map(plain, row.places) if name in self.references), None
        )

    def _person(self, row: HoursRow, choices: ImportChoices, assignment: Assignment | None) -> Employee:
        named = [("payroll_number", row.payroll_number), ("email", row.email)]
        named += [("person", name) for name in row.names]
        named = [(column, name) for column, name in named if name]
        if not named:
            if assignment is not None:
                return self.people[assignment.employee_id]
            if self.own is not None and self.is_own_only:
                return self.own
            raise UnknownPlace(
                "payroll_number", "", "la personne manque. Écrivez son matricule, son e-mail ou son nom."
            )
        for column, name in named:
            found = _narrowed(self.names.get(plain(name), set()), assignment)
            if len(found) == 1:
                return self._checked(self.people[next(iter(found))], column, named, row)
            if found:
                raise UnknownPlace(
                    column,
                    name,
                    f"plusieurs personnes s’appellent {name[:40]}. Ajoutez le matricule ou l’e-mail.",
                )
            if column == "payroll_number" and row.is_own:
                raise UnknownPlace(
                    column, name, f"le matricule {quoted(name, at_most=30)} est inconnu. Corrigez-le."
                )
        return self._chosen_person(named, choices)

    def _checked(
        self, employee: Employee, column: str, named: list[tuple[str, str]], row: HoursRow
    ) -> Employee:
        """Refuse a payroll number beside somebody else's name or address: hours would go to the wrong person."""
        for other, name in named[1:] if column == "payroll_number" else ():
            found = self.names.get(plain(name), set())
            # An address may be unknown, as not everybody has an account; a name may not, but in other programs.
            if employee.pk not in found and (found or (other == "person" and row.is_own)):
                raise UnknownPlace(
                    other,
                    name,
                    f"ce matricule est celui {of(str(employee))}. Corrigez le matricule ou le nom.",
                )
        return employee

    def _chosen_person(self, named: list[tuple[str, str]], choices: ImportChoices) -> Employee:
        # Another program's number says nothing to people: they are asked about the name or the address.
        column, name = named[1] if named[0][0] == "payroll_number" and len(named) > 1 else named[0]
        self.asked.setdefault(plain(name), name)
        choice = choices.people.get(plain(name), "")
        if choice == LEFT_OUT:
            raise RowLeftOut
        if found := self.people.get(asked_key(choice) or 0):
            return found
        raise UnknownPlace(column, name, f"le nom {quoted(name, at_most=40)} {UNKNOWN}", ("people", name))

    def _place(self, row: HoursRow, choices: ImportChoices, employee: Employee) -> HoursPlace:
        names = [plain(name) for name in row.places]
        if row.kind in GROUP_KINDS or (self.group_names & set(names)):
            return self._group(row, employee, names)
        member = next((self.places[name] for name in names if name in self.places), None)
        if member is None and row.is_chosen and not names:
            return HoursPlace(employee, self._only_assignment(employee, row.day))
        if member is None:
            member = self._chosen_member(row, choices)
            if member is None:
                return self._group(row, employee, [])
        return HoursPlace(employee, self._assignment(employee, member, row.day))

    def _group(self, row: HoursRow, employee: Employee, names: list[str]) -> HoursPlace:
        if row.kind not in GROUP_KINDS:
            raise UnknownPlace("member", row.places[0] if row.places else "", _NOT_AT_GROUP)
        if names and not (self.group_names & set(names)):
            raise UnknownPlace(
                "kind", row.places[0], "cette nature d’heures se note au groupement. Laissez l’adhérent vide."
            )
        if not self.is_coordination and employee != self.own:
            if row.is_chosen:
                raise UnknownPlace("kind", str(Kind(row.kind).label), _NOT_YOURS)
            raise UnknownPlace("member", "", "l’adhérent manque. Écrivez son nom court.")
        return HoursPlace(employee, None)

    def _chosen_member(self, row: HoursRow, choices: ImportChoices) -> int | None:
        name = row.places[0] if row.places else ""
        self.asked.setdefault(plain(name or NO_PLACE), name or NO_PLACE)
        choice = choices.places.get(plain(name or NO_PLACE), "")
        if choice == LEFT_OUT:
            raise RowLeftOut
        if choice == AT_GROUP:
            return None
        if (key := asked_key(choice)) in self.members:
            return key
        unknown = ("places", name or NO_PLACE)
        if not name:
            raise UnknownPlace("member", "", "l’adhérent manque. Écrivez son nom court.", unknown)
        raise UnknownPlace("member", name, f"le nom {quoted(name, at_most=40)} {UNKNOWN}", unknown)

    def _only_assignment(self, employee: Employee, day: date) -> Assignment:
        """Of a person who works at one member on ``day``, the assignment there."""
        reached = [
            each for (person, _), found in self.assignments.items() if person == employee.pk for each in found
        ]
        members = {each.member_id for each in reached if each.covers(day)} or {
            each.member_id for each in reached if each.active_days(Month.of(day))
        }
        if len(members) == 1:
            return self._assignment(employee, members.pop(), day)
        if not members:
            sentence = (
                f"{employee} n’a pas de mise à disposition à cette date. Corrigez la date ou la personne."
            )
        else:
            where = enumeration(sorted(str(self.members[pk]) for pk in members))
            sentence = (
                f"{employee} travaille chez {where} à cette date. "
                "Dites quelle colonne est le lieu, et complétez-la."
            )
        raise UnknownPlace("member", "", sentence)

    def _assignment(self, employee: Employee, member: int, day: date) -> Assignment:
        """The one that holds ``day``, else one of its month: the rules of days then say when it begins or ends."""
        candidates = self.assignments.get((employee.pk, member), [])
        found = [each for each in candidates if each.covers(day)] or [
            each for each in candidates if each.active_days(Month.of(day))
        ]
        if not found:
            where = self.members[member]
            raise UnknownPlace(
                "member",
                str(where),
                f"{employee} n’a pas de mise à disposition chez {where} à cette date. Corrigez le nom ou la date.",
            )
        if len(found) > 1 and found[1].covers(day):
            raise UnknownPlace(
                "member",
                str(self.members[member]),
                f"{employee} a deux mises à disposition chez {self.members[member]} ce jour-là "
                f"({found[0].reference} et {found[1].reference}). Saisissez ces heures sur la grille, à celle qu’il "
                "faut.",
            )
        return found[0]


_NOT_AT_GROUP = (
    "au groupement se notent absences, formations et réunions. Écrivez leur nature, ou l’adhérent."
)
_NOT_YOURS = (
    "les absences, formations et réunions d’une autre personne sont notées par la coordination. "
    "Choisissez de ne pas importer cette nature."
)


def may_import(user: User) -> bool:
    """Whether ``user`` has anybody's hours to import."""
    return coordinates(user) or Employee.objects.filter(user=user).exists() or written_for(user).exists()


def known_member(user: User) -> str:
    """The short name of a member where ``user`` may import hours, for the sample."""
    names = Assignment.objects.order_by("pk").values_list("member__short_name", flat=True)
    if not coordinates(user):
        names = names.filter(Q(member__in=written_for(user)) | Q(employee__user=user))
    return names.first() or "Nom court"


def read_directory(user: User) -> Directory:
    """Everybody for who coordinates; else oneself, and the people at members for which one writes. Four queries."""
    assignments = Assignment.objects.select_related("member", "employee__user")
    if coordinates(user):
        people = Employee.objects.select_related("user").order_by("pk")
    else:
        assignments = assignments.filter(Q(member__in=written_for(user)) | Q(employee__user=user))
        within = Q(user=user) | Q(pk__in=assignments.values("employee"))
        people = Employee.objects.select_related("user").filter(within).order_by("pk")
    found = list(assignments.order_by("starts_on", "pk"))
    employees = {person.pk: person for person in people}
    members = {each.member_id: each.member for each in found}
    of_pair: dict[tuple[int, int], list[Assignment]] = defaultdict(list)
    for each in found:
        of_pair[each.employee_id, each.member_id].append(each)
    own = next((person for person in employees.values() if person.user_id == user.pk), None)
    group = Group.objects.order_by("pk").values_list("name", flat=True).first() or ""
    return Directory(
        people=employees,
        members=members,
        names=_names(employees.values()),
        places=_places(members.values()),
        assignments=of_pair,
        references={plain(each.reference): each for each in found},
        group_names=frozenset({"groupement", "au groupement", plain(group)} - {""}),
        own=own,
        is_coordination=coordinates(user),
    )


def _narrowed(found: set[int], assignment: Assignment | None) -> set[int]:
    """Of several people of one name, the one whose assignment the row refers to."""
    return found & {assignment.employee_id} or found if assignment is not None else found


def _names(people: Iterable[Employee]) -> Mapping[str, set[int]]:
    names: dict[str, set[int]] = defaultdict(set)
    for person in people:
        spellings = [person.payroll_number, person.full_name, f"{person.last_name} {person.first_name}"]
        if person.user:
            spellings += [person.user.email, person.user.name]
        for name in spellings:
            if name:
                names[plain(name)].add(person.pk)
    return names


def _places(members: Iterable[Member]) -> Mapping[str, int]:
    """Members by their short name, which is theirs alone, and by their legal name where only one has it."""
    places: dict[str, int] = {}
    count = Counter(plain(each.legal_name) for each in members)
    for each in members:
        if count[plain(each.legal_name)] == 1:
            places[plain(each.legal_name)] = each.pk
    return places | {plain(each.short_name): each.pk for each in members}
