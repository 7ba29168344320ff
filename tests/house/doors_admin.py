"""Who may do what in Django admin: admins alone, and they only what no act forbids; each model by four letters."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from tests.house import records
from tests.house.door import ADMIN, LOGIN, NOBODY, Door

# v: view, a: add, c: change, d: delete. What acts write is read; what is issued, signed or approved stays.
RIGHTS = {
    "members.user": "vac",  # closed, never deleted: what somebody did carries their name
    "members.group": "vc",  # there is one
    "members.member": "vacd",
    "members.membership": "vac",
    "members.declaration": "vacd",
    "members.site": "vacd",
    "members.seat": "vacd",
    "members.vatattestation": "vacd",
    "members.deputy": "va",
    "members.grouprule": "v",
    "members.invitation": "v",
    "members.mail": "v",
    "members.securityevent": "v",
    "mfa.authenticator": "vd",  # one that was lost is removed
    "pghistory.middlewareevents": "v",
    "papers.template": "vacd",  # a draft
    "charter.charter": "vacd",  # a draft
    "charter.theme": "vacd",
    "charter.signature": "v",
    "employees.employee": "vacd",
    "employees.contract": "vacd",
    "employees.assignment": "vacd",
    "employees.workingtimelimits": "vacd",
    "employees.plannedday": "v",
    "employees.absence": "v",
    "employees.calendarfeed": "v",
    "employees.employeemerge": "v",
    "timesheets.timesheet": "vcd",  # a draft
    "timesheets.entry": "vd",  # of a draft
    "billing.banklayout": "vd",
    "billing.dunninglevel": "vacd",
    "billing.employercost": "vacd",
    "billing.expensescale": "vacd",
    "billing.fundingline": "vacd",
    "billing.legalmention": "vacd",
    "billing.priceindex": "vacd",
    "billing.series": "va",  # a further one, where the former is in the future
    "billing.vatrate": "vacd",
    **dict.fromkeys(
        (
            *("billing.payment", "billing.allocation", "billing.bankstatement", "billing.bankoperation"),
            *("billing.refund", "billing.dispatch"),
            *("billing.expense", "billing.duesyear", "billing.payrollimport", "billing.actualcost"),
            *(
                "billing.carriedcost",
                "billing.provisionentry",
                "billing.payrolllayout",
                "billing.fundedhours",
            ),
            *("billing.fundedcost", "billing.fundingreport", "billing.billingrun", "billing.invoice"),
            *("billing.line", "billing.charge", "billing.document", "billing.rendering"),
            *("billing.reserveentry", "billing.quote", "billing.reminder", "billing.dispute"),
            *("billing.trueup", "billing.settledmonth"),
        ),
        "v",
    ),
}


# The kept file of a record.
FILES = {"members.group": records.logo, "members.vatattestation": records.attested}


def allowed(label: str, letter: str) -> Any:
    """Who may do that to a model."""
    return ADMIN if letter in RIGHTS[label] else NOBODY


def doors_of(label: str) -> Iterator[tuple[str, Door]]:
    """The addresses of one model."""
    model = label.replace(".", "_")
    view, name = allowed(label, "v"), f"admin:{model}"
    # One group: its list leads to it. A change in the journal has no page of its own.
    listed = view if label == "members.group" else NOBODY
    gone = view if label == "pghistory.middlewareevents" else NOBODY
    yield f"{name}_changelist", Door(get=view, sent_on=listed, others=LOGIN)
    yield f"{name}_add", Door(get=allowed(label, "a"), post=allowed(label, "a"), others=LOGIN)
    yield f"{name}_change", Door(get=view, post=allowed(label, "c"), sent_on=gone, others=LOGIN)
    yield f"{name}_delete", Door(get=allowed(label, "d"), post=allowed(label, "d"), others=LOGIN)
    yield f"{name}_history", Door(get=view, sent_on=gone, others=LOGIN)
    if label in FILES:
        yield f"{name}_file", Door(get=view, others=LOGIN, make=FILES[label])
    # The address of a record by itself has no name; it leads to the page that changes it.
    yield f"admin/{label.replace('.', '/')}/<path:object_id>/", Door(get=view, sent_on=view, others=LOGIN)


MODELS: dict[str, Door] = {name: door for label in RIGHTS for name, door in doors_of(label)}
# What belongs to no model. Whoever is no admin is sent to the site’s login, which lets nobody in.
SITE: dict[str, Door] = {
    "admin:index": Door(get=ADMIN, others=LOGIN),
    "admin:login": Door(get=ADMIN, sent_on=ADMIN),
    "admin:logout": Door(post=ADMIN, others=LOGIN),
    "admin:password_change": Door(get=ADMIN, post=ADMIN, others=LOGIN),
    "admin:password_change_done": Door(get=ADMIN, others=LOGIN),
    "admin:autocomplete": Door(
        get=ADMIN, others=LOGIN, queries=("?app_label=members&model_name=seat&field_name=user",)
    ),
    "admin:jsi18n": Door(get=ADMIN, others=LOGIN),
    "admin:view_on_site": Door(get=NOBODY, others=LOGIN),  # no model has pages outside the administration
    "admin:app_list": Door(get=ADMIN, others=LOGIN),
    "admin:members_mail_html": Door(get=ADMIN, others=LOGIN),
    "admin/(?P<url>.*)$": Door(get=NOBODY, others=LOGIN),
}
# The models that are tried together, by their apps.
APPS = {
    "people": ("members", "papers", "mfa", "charter", "pghistory"),
    "work": ("employees", "timesheets"),
    "billing": ("billing",),
}
DOORS: dict[str, Door] = {**SITE, **MODELS}


def models_of(*apps: str) -> dict[str, Door]:
    """The addresses of the models of ``apps``."""
    return {name: door for label in RIGHTS if label.split(".")[0] in apps for name, door in doors_of(label)}
