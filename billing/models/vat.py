"""VAT as dated rows: rates by regime, and the wording of each mention that the law wants."""

import pghistory
from django.db import models
from django.db.models import Q

from billing.models.past import MENTION_IS_KEPT, RATE_IS_KEPT
from employees.models import VatRegime
from groupement.kernel.money import RateField
from groupement.kernel.periods import Dated, no_overlap


@pghistory.track(pghistory.InsertEvent(), pghistory.UpdateEvent(), pghistory.DeleteEvent())
class VatRate(Dated):
    """The rate of a regime from a day on, in percent (CGI art. 278 and following; from 2027 the CIBS)."""

    regime = models.CharField("régime", max_length=5, choices=VatRegime)
    rate = RateField("taux (%)")
    source = models.CharField("source", max_length=200)

    class Meta:
        verbose_name = "taux de TVA"
        verbose_name_plural = "taux de TVA"
        constraints = [
            no_overlap("rates_of_a_regime_do_not_overlap", "regime"),
            models.CheckConstraint(condition=Q(rate__gte=0, rate__lte=100), name="vat_rate_is_a_percentage"),
        ]
        triggers = [RATE_IS_KEPT]

    def __str__(self) -> str:
        return f"{self.regime} {self.rate} %"


@pghistory.track(pghistory.InsertEvent(), pghistory.UpdateEvent(), pghistory.DeleteEvent())
class LegalMention(Dated):
    """The dated wording of a mention the law wants on an invoice (the CGI, until the CIBS replaces it)."""

    code = models.SlugField("code", max_length=40)
    text = models.CharField("texte", max_length=400)
    source = models.CharField("source", max_length=200)

    class Meta:
        verbose_name = "mention légale"
        verbose_name_plural = "mentions légales"
        constraints = [no_overlap("wordings_of_a_mention_do_not_overlap", "code")]
        triggers = [MENTION_IS_KEPT]

    def __str__(self) -> str:
        return self.code
