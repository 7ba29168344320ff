"""The outbox: every message the product sends, stored as sent; each row is also the durable job of sending it."""

import pgtrigger
from django.db import models
from django.db.models import Q

from groupement.kernel.encryption import BEGINNING


class MailFrequency(models.TextChoices):
    """How often somebody wants to be written to about what waits."""

    DAILY = "daily", "chaque matin ouvré"
    WEEKLY = "weekly", "le lundi matin"
    NEVER = "never", "jamais"


class MailKind(models.TextChoices):
    """What a message is about; the first four follow the person’s chosen frequency, the others come at once."""

    HOURS_REMINDER = "hours_reminder", "heures à soumettre"
    CONFIRM_DIGEST = "confirm_digest", "heures à viser"
    APPROVE_DIGEST = "approve_digest", "heures à approuver"
    DUTIES = "duties", "échéances"
    # Former messages: notices tell it now.
    CONTESTED = "contested", "heures contestées"
    RETURNED = "returned", "heures renvoyées"
    CHANGED = "changed", "heures changées"
    NOTICES = "notices", "avis"
    SETTLED = "settled", "contestation tranchée"
    CONFIRMED_TACITLY = "confirmed_tacitly", "visa tacite"
    DUNNING = "dunning", "relance de facture"
    DOCUMENT = "document", "facture, avoir ou devis"
    # A code, a link that opens an account, or what happened to it: never kept readably.
    ACCESS = "access", "accès au compte"


# What waits for somebody on a day: once a day, or when somebody asks by hand.
DIGESTS = (MailKind.HOURS_REMINDER, MailKind.CONFIRM_DIGEST, MailKind.APPROVE_DIGEST, MailKind.DUTIES)


class SubjectKind(models.TextChoices):
    """What a message can be about: rows of the apps above, that this one knows by their number."""

    TIMESHEET = "timesheet", "relevé"
    TIMESHEET_STEP = "timesheet_step", "étape de relevé"
    LETTER = "letter", "courrier"
    NOTICE = "notice", "avis"
    DISPATCH = "dispatch", "envoi de document"


class MailStatus(models.TextChoices):
    PENDING = "pending", "en attente"
    SENT = "sent", "envoyé"
    FAILED = "failed", "en échec"
    EXPIRED = "expired", "périmé"


class Mail(models.Model):
    """One message to one person, written once: a digest once a day, any other once for what its ``about`` rows name.

    ``day`` is that of a digest; what is asked for by hand names its timesheets besides, each once a day. ``to`` is None
    for an address without an account: that of a member's accounts department. ``file_path`` names a stored file that
    travels with it, checked by its digest when it leaves. What opens an account is ``encrypted`` instead of written out
    in ``text`` and ``html``, leaves before ``expires_at`` or never, and is blanked once it left or is over.
    """

    to = models.ForeignKey(
        "members.User", models.PROTECT, null=True, blank=True, related_name="+", verbose_name="à"
    )
    address = models.EmailField("adresse")
    kind = models.CharField("objet", max_length=20, choices=MailKind)
    day = models.DateField("jour", null=True)
    is_by_hand = models.BooleanField("à la demande de la coordination", default=False)
    subject = models.CharField("titre", max_length=200)
    text = models.TextField("texte")
    html = models.TextField("HTML")
    file_name = models.CharField("fichier joint", max_length=120, blank=True)
    file_path = models.CharField("chemin du fichier joint", max_length=200, blank=True)
    file_sha256 = models.CharField("empreinte du fichier joint", max_length=64, blank=True)
    encrypted = models.TextField("texte chiffré", blank=True, default="", editable=False)
    expires_at = models.DateTimeField("valable jusqu’au", null=True, blank=True)
    status = models.CharField("état", max_length=8, choices=MailStatus, default=MailStatus.PENDING)
    attempts = models.PositiveSmallIntegerField("essais", default=0)
    error = models.CharField("dernière erreur", max_length=300, blank=True)
    queued_at = models.DateTimeField("écrit le")
    sent_at = models.DateTimeField("envoyé le", null=True, blank=True)

    class Meta:
        verbose_name = "message"
        verbose_name_plural = "messages envoyés"
        constraints = [
            models.CheckConstraint(
                condition=Q(status="sent", sent_at__isnull=False)
                | Q(status__in=["pending", "failed", "expired"], sent_at__isnull=True),
                name="mail_status_matches_its_stamp",
            ),
            models.CheckConstraint(
                condition=Q(kind__in=DIGESTS, day__isnull=False)
                | (~Q(kind__in=DIGESTS) & Q(day__isnull=True, is_by_hand=False)),
                name="a_digest_has_its_day",
            ),
            models.CheckConstraint(
                condition=Q(file_name="", file_path="", file_sha256="")
                | (~Q(file_name="") & ~Q(file_path="") & Q(file_sha256__regex=r"^[0-9a-f]{64}$")),
                name="a_mail_carries_a_whole_file_or_none",
            ),
            models.CheckConstraint(
                condition=~Q(kind="access") | Q(text="", html=""),
                name="what_opens_an_account_is_never_written_readably",
            ),
            models.CheckConstraint(
                condition=Q(encrypted="") | Q(encrypted__startswith=BEGINNING, expires_at__isnull=False),
                name="encrypted_words_are_encrypted_and_have_their_end",
            ),
            models.CheckConstraint(
                condition=Q(encrypted="") | Q(status__in=["pending", "failed"]),
                name="only_a_mail_that_waits_keeps_encrypted_words",
            ),
            models.UniqueConstraint(
                fields=["address", "kind", "day"],
                condition=Q(day__isnull=False, is_by_hand=False),
                name="one_digest_of_a_kind_a_day",
            ),
        ]
        indexes = [models.Index(fields=["status"], name="mail_by_status")]
        triggers = [
            pgtrigger.Protect(
                name="mails_keep_what_they_say",
                operation=pgtrigger.Update,
                condition=pgtrigger.AnyChange(
                    "to",
                    "address",
                    "kind",
                    "day",
                    "is_by_hand",
                    "subject",
                    "text",
                    "html",
                    "file_name",
                    "file_path",
                    "file_sha256",
                ),
            ),
            pgtrigger.Protect(
                name="encrypted_words_are_only_blanked",
                operation=pgtrigger.Update,
                condition=pgtrigger.Condition(
                    "OLD.expires_at IS DISTINCT FROM NEW.expires_at"
                    " OR (OLD.encrypted <> NEW.encrypted AND NEW.encrypted <> '')"
                    " OR (OLD.encrypted <> NEW.encrypted AND NEW.status NOT IN ('sent', 'expired'))"
                ),
            ),
            pgtrigger.Protect(name="mails_are_kept", operation=pgtrigger.Delete),
        ]

    def __str__(self) -> str:
        return f"message n° {self.pk or '—'}"


class MailSubject(models.Model):
    """One thing that a message is about; nobody is told of it twice, or twice a day when it is asked for by hand.

    ``address`` and ``day`` are those of the message, so that PostgreSQL can refuse the second one.
    """

    mail = models.ForeignKey(Mail, models.PROTECT, related_name="about", verbose_name="message")
    kind = models.CharField("nature", max_length=16, choices=SubjectKind)
    number = models.PositiveBigIntegerField("numéro")
    address = models.EmailField("adresse")
    day = models.DateField("jour", null=True)

    class Meta:
        verbose_name = "sujet d’un message"
        verbose_name_plural = "sujets d’un message"
        constraints = [
            models.UniqueConstraint(
                fields=["address", "kind", "number", "day"],
                nulls_distinct=False,
                name="nobody_is_told_the_same_twice",
            ),
            models.CheckConstraint(
                condition=Q(kind__in=SubjectKind.values), name="a_subject_is_of_a_known_kind"
            ),
        ]
        indexes = [models.Index(fields=["kind", "number"], name="mails_about_a_subject")]
        triggers = [
            pgtrigger.Protect(
                name="subjects_of_mails_are_append_only", operation=pgtrigger.Update | pgtrigger.Delete
            )
        ]

    def __str__(self) -> str:
        return f"{SubjectKind(self.kind).label} n° {self.number}"
