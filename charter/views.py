"""The charter's pages: read a version, sign it."""

from django.http import Http404, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from charter import signing
from charter.forms import SignatureForm
from charter.reading import CharterReading, read
from groupement.kernel.pages import act, page
from members.access import UserRequest, today
from members.models import Member


@require_safe
def charter(request: UserRequest) -> HttpResponse:
    """The version in force, else the one to sign; a sentence when nothing has been written."""
    reading = read(request.user, today())
    return _show(request, reading) if reading else page(request, "charter/none.html")


@require_safe
def version(request: UserRequest, version: int) -> HttpResponse:
    """One version, whatever its state."""
    return _show(request, _read(request, version))


@require_POST
def sign(request: UserRequest, version: int) -> HttpResponse:
    """Sign for one member; a refusal comes back on the same page, beside the box."""
    reading = _read(request, version)
    form = SignatureForm(request.POST, members=Member.objects.visible_to(request.user))
    if not form.is_valid():
        raise Http404("This member is not theirs.")
    done = act(
        request,
        signing.sign,
        reading.charter,
        member=form.cleaned_data["member"],
        by=request.user,
        at=timezone.now(),
        consent=form.cleaned_data["consent"],
        form=form,
        success=lambda signature: f"{signature.member} a signé la version {version}.",
    )
    return redirect("charter:version", version) if done else _show(request, reading, form)


def _read(request: UserRequest, version: int) -> CharterReading:
    reading = read(request.user, today(), version)
    if reading is None:
        raise Http404("No such version for them.")
    return reading


def _show(
    request: UserRequest, reading: CharterReading, refused: SignatureForm | None = None
) -> HttpResponse:
    forms = [(member, _form_for(member, refused)) for member in reading.to_sign]
    context = {
        "charter": reading.charter,
        "reading": reading,
        "signature_forms": forms,
        "refused": refused,
    }
    return page(request, "charter/charter.html", context=context, status=422 if refused else 200)


def _form_for(member: Member, refused: SignatureForm | None) -> SignatureForm:
    if refused is not None and refused.cleaned_data["member"] == member:
        return refused
    return SignatureForm(members=[member], initial={"member": member})
