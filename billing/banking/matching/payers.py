"""Whether a payer is a member, by its names: without legal forms, accents and blanks; near is said to be near."""

from __future__ import annotations

import re
from difflib import SequenceMatcher
from functools import lru_cache

from groupement.tabular import plain

NEAR, SAME = 10, 20
_NEAR_RATIO, _SAME_RATIO = 0.78, 0.92
_SHORTEST = 4
_FORMS = frozenset(
    ["association", "assoc", "asso", "ass", "sas", "sasu", "sarl", "scop", "scic", "spl", "sa", "eurl", "ste"]
) | frozenset(["societe", "cie", "la", "le", "les", "de", "des", "du", "l", "d", "et"])
_ASIDE = re.compile(r"\(.*?\)")


@lru_cache(maxsize=8192)
def bare(name: str) -> tuple[str, ...]:
    """The words of a name that tell: "Association OPTIM'ISM (56)" is ("optim", "ism")."""
    words = re.findall(r"[a-z0-9]+", plain(_ASIDE.sub(" ", name)))
    return tuple(word for word in words if word not in _FORMS) or tuple(words)


def closeness(name: str, payer: str) -> int:
    """SAME, NEAR or 0: how near the name of a member and that of a payer are."""
    own, other = "".join(bare(name)), "".join(bare(payer))
    if not own or not other:
        return 0
    if own == other or _contains(payer, name):
        return SAME
    matcher = SequenceMatcher(None, own, other)
    if matcher.real_quick_ratio() < _NEAR_RATIO or matcher.quick_ratio() < _NEAR_RATIO:
        return 0
    ratio = matcher.ratio()
    return SAME if ratio >= _SAME_RATIO else NEAR if ratio >= _NEAR_RATIO else 0


def names(text: str, name: str) -> bool:
    """Whether ``text`` has the name, word after word: "VIR SEPA ALOEN NOV" names Aloen."""
    return _contains(text, name)


def _contains(text: str, name: str) -> bool:
    words, wanted = bare(text), bare(name)
    if not wanted or len("".join(wanted)) < _SHORTEST:
        return bool(wanted) and words == wanted
    glued = f" {' '.join(words)} "
    return f" {' '.join(wanted)} " in glued or f" {''.join(wanted)} " in glued
