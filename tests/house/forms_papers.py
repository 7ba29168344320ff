"""A valid posting for each address of papers."""

from __future__ import annotations

from typing import Any, cast

from django.core.files.uploadedfile import SimpleUploadedFile

from members.models import User
from tests import world
from tests.billing.charges.receipt_files import picture
from tests.house.form import Filled, Form
from tests.house.house import House
from tests.papers import written


def _boss(house: House) -> User:
    return cast("User", house.users["coordinator"])


def _opened(house: House, **facts: Any) -> Any:
    return written.opened(house.aloen, _boss(house), **facts)


def _write(house: House, _role: str) -> Filled:
    written.template(_boss(house))
    fields = {"member": house.aloen.pk, "starts_on": "2026-12-01", "signer": _boss(house).pk}
    return Filled(fields=fields)


def _sign(house: House, _role: str) -> Filled:
    return Filled({"pk": written.party(_opened(house), "member").pk}, {"consent": "on"})


def _copy(house: House, _role: str) -> Filled:
    paper = _opened(house)
    fields = {
        "way": "paper",
        "signed_on": f"{world.NOW:%Y-%m-%d}",
        "signer_name": "Yann Le Goff",
        "characters": paper.short_digest,
        "file": SimpleUploadedFile("scan.jpg", picture(), "image/jpeg"),
    }
    return Filled({"pk": written.party(paper, "member").pk}, fields)


def _withdraw(house: House, _role: str) -> Filled:
    representative = cast("User", house.users["representative"])
    signature = written.sign(_opened(house), "member", representative)
    return Filled({"pk": signature.pk}, {"reason": "Nous changeons de siège."})


def _verify(house: House, _role: str) -> Filled:
    paper = _opened(house, printed=True)
    return Filled({"pk": paper.pk}, {"file": SimpleUploadedFile("a.jpg", picture(), "image/jpeg")})


FORMS = {
    "papers:write_agreement": Form(_write),
    "papers:open_for_signature": Form(
        lambda house, _role: Filled({"pk": written.agreement(house.aloen, _boss(house)).pk})
    ),
    "papers:void": Form(lambda house, _role: Filled({"pk": _opened(house).pk}, {"reason": "Une erreur."})),
    "papers:sign": Form(_sign),
    "papers:record_copy": Form(_copy),
    "papers:withdraw": Form(_withdraw),
    "papers:verify": Form(_verify, writes=False, is_page=True),
}
