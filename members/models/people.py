"""People who log in, the seats they hold at members, and the invitations that let them in."""

from collections.abc import Iterable
from typing import Any

import pghistory
import pgtrigger
from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Lower
from django.utils import timezone
from django.utils.functional import cached_property

from groupement.kernel.periods import Dated, ends_after_start, no_overlap
from members.models.mail import MailFrequency
from members.roles import Role


class UserManager(BaseUserManager["User"]):
    """Users by e-mail, whatever its case."""

    def create_user(self, email: str, password: str | None = None, **fields: Any) -> "User":
        user = self.model(email=self.normalize_email(email).lower(), **fields)
        user.set_password(password)
        user.save(using=self._db)
        return user

    def create_superuser(self, email: str, password: str | None = None, **fields: Any) -> "User":
        return self.create_user(email, password, is_admin=True, **fields)

    def get_by_natural_key(self, email: str | None) -> "User":
        return self.get(email__iexact=email)


@pghistory.track(exclude=["password", "last_login"])
class User(AbstractBaseUser):
    """A person who logs in by e-mail; group-wide roles are claims, work at a member is a Seat."""

    email = models.EmailField("adresse e-mail")
    name = models.CharField("nom complet", max_length=120)
    phone = models.CharField(
        "téléphone",
        max_length=30,
        blank=True,
        help_text="Pour que la coordination puisse appeler. Elle seule le voit.",
    )
    is_active = models.BooleanField("actif", default=True)
    is_coordinator = models.BooleanField(Role.COORDINATOR.label, default=False)
    is_finance = models.BooleanField(Role.FINANCE.label, default=False)
    is_admin = models.BooleanField(Role.ADMIN.label, default=False)
    mail_frequency = models.CharField(
        "messages sur ce qui attend", max_length=8, choices=MailFrequency, default=MailFrequency.DAILY
    )
    created_at = models.DateTimeField("créé le", default=timezone.now, editable=False)

    objects = UserManager()

    USERNAME_FIELD = "email"
    EMAIL_FIELD = "email"
    REQUIRED_FIELDS = ["name"]

    class Meta:
        verbose_name = "compte"
        verbose_name_plural = "comptes"
        constraints = [
            models.UniqueConstraint(
                Lower("email"),
                name="user_email_is_unique",
                violation_error_message="Cette adresse e-mail a déjà un compte.",
            ),
        ]

    def __str__(self) -> str:
        return self.name or self.email

    @property
    def is_staff(self) -> bool:
        """Django admin is for admins only."""
        return self.is_active and self.is_admin

    @property
    def is_superuser(self) -> bool:
        return self.is_active and self.is_admin

    @property
    def sees_every_member(self) -> bool:
        """Whether a group-wide role opens the data of all members; who stands in for the coordinator has it too."""
        return self.is_active and (
            self.is_coordinator or self.is_finance or self.is_admin or bool(self.coordinators_deputised)
        )

    @cached_property
    def deputyships(self) -> tuple[tuple[int, int | None], ...]:
        """Those that hold today: (principal's id, member's id or None for the coordination). At most one query.

        Nobody answers for more than the principal could today: a closed account, a seat that ended or that only reads,
        a coordination given up leave nothing to stand in for. ``is_deputy`` is read with the user at each request
        (members.access.Backend): most people are nobody's deputy.
        """
        if not getattr(self, "is_deputy", True):
            return ()
        return tuple(self.deputies.held_on(timezone.localdate()).values_list("principal", "member"))

    @property
    def coordinators_deputised(self) -> frozenset[int]:
        """The ids of the coordinators for whom this person stands in today."""
        return frozenset(principal for principal, member in self.deputyships if member is None)

    def has_perm(self, perm: str, obj: models.Model | None = None) -> bool:
        return self.is_staff

    def has_perms(self, perm_list: Iterable[str], obj: models.Model | None = None) -> bool:
        return self.is_staff

    def has_module_perms(self, app_label: str) -> bool:
        return self.is_staff

    def get_full_name(self) -> str:
        return self.name

    def get_short_name(self) -> str:
        return self.name.split(" ")[0] if self.name else self.email

    @property
    def initials(self) -> str:
        words = [word for word in self.name.replace("-", " ").split() if word]
        return "".join(word[0] for word in (words[:1] + words[-1:] if len(words) > 1 else words)).upper()


class Function(models.TextChoices):
    """What a seat allows at its member."""

    REPRESENTATIVE = "representative", "représentation"
    MANAGER = "manager", "encadrement"
    READER = "reader", "lecture"


WRITERS = (Function.REPRESENTATIVE, Function.MANAGER)


@pghistory.track()
class Seat(Dated):
    """One person's place at one member, for a time: representative (signs), manager (hours), reader."""

    user = models.ForeignKey(User, models.PROTECT, related_name="seats", verbose_name="personne")
    member = models.ForeignKey(
        "members.Member", models.PROTECT, related_name="seats", verbose_name="adhérent"
    )
    function = models.CharField("fonction", max_length=16, choices=Function, default=Function.MANAGER)

    class Meta:
        verbose_name = "siège"
        verbose_name_plural = "sièges"
        constraints = [
            no_overlap("seats_of_a_person_at_a_member_do_not_overlap", "user", "member"),
            ends_after_start("seat_ends_after_it_starts"),
        ]

    def __str__(self) -> str:
        return f"siège {self.get_function_display()} ({self.pk or 'nouveau'})"

    @property
    def can_sign(self) -> bool:
        return self.function == Function.REPRESENTATIVE

    @property
    def can_write(self) -> bool:
        """Enters and confirms hours."""
        return self.function in WRITERS


def seat_keeps_its_day(name: str, signed: str) -> pgtrigger.Trigger:
    """Registered on ``Seat``: one by which something was signed stays a representative's of that member on that day.

    ``signed`` is SQL that gives seat_id, member_id and day of what was signed. The holder may change: accounts are
    merged.
    """
    refused = f"""
            IF EXISTS (
                SELECT FROM ({signed}) signed WHERE signed.seat_id = OLD.id AND (
                    NEW.function <> 'representative' OR NEW.member_id <> signed.member_id
                    OR signed.day < NEW.starts_on OR signed.day >= NEW.ends_before
                )
            ) THEN
                RAISE EXCEPTION 'a seat that signed keeps its member, its mandate and that day'
                    USING ERRCODE = 'check_violation';
            END IF;
            RETURN NEW;
        """  # nosec B608 - written by us, no value of anybody
    return pgtrigger.Trigger(name=name, when=pgtrigger.Before, operation=pgtrigger.Update, func=refused)


class Invitation(models.Model):
    """A single-use, expiring link to choose a password; only its digest is stored."""

    user = models.ForeignKey(User, models.CASCADE, related_name="invitations", verbose_name="personne")
    token_digest = models.CharField(max_length=64, unique=True, editable=False)
    sent_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+", verbose_name="envoyée par")
    sent_at = models.DateTimeField("envoyée le")
    expires_at = models.DateTimeField("expire le")
    used_at = models.DateTimeField("utilisée le", null=True, blank=True)
    voided_at = models.DateTimeField("remplacée le", null=True, blank=True)

    class Meta:
        verbose_name = "invitation"
        verbose_name_plural = "invitations"
        constraints = [
            models.CheckConstraint(
                condition=Q(expires_at__gt=F("sent_at")), name="invitation_expires_after_it_is_sent"
            ),
            models.CheckConstraint(
                condition=Q(used_at__isnull=True) | Q(voided_at__isnull=True),
                name="invitation_is_not_both_used_and_voided",
            ),
            models.UniqueConstraint(
                fields=["user"],
                condition=Q(used_at__isnull=True, voided_at__isnull=True),
                name="a_person_has_one_invitation_at_a_time",
            ),
        ]

    def __str__(self) -> str:
        return f"invitation du {self.sent_at:%d/%m/%Y}"
