"""How long somebody who tried too often really has to wait, read from what the limits have counted."""

from __future__ import annotations

import math
import time
from typing import Any

from allauth.core.internal import ratelimit
from django.core.cache import cache

from groupement.kernel.french import counted

APP, LOGIN_FAILED = "allauth.account", "login_failed"
A_MINUTE = 60
WORDS = {2: "deux", 3: "trois", 4: "quatre", 5: "cinq"}


def waiting(request: Any, *keys: str, action: str = LOGIN_FAILED) -> float:
    """Seconds until a try is let in again, by address and by each of ``keys``; 0 where nothing is exhausted."""
    longest = 0.0
    for rate in ratelimit.get_rates(app=APP, action=action):
        for key in keys if rate.per == "key" else ("",):
            kept = ratelimit.get_cache_key(request, app=APP, action=action, rate=rate, key=key)
            tries = [at for at in cache.get(kept, []) if at > time.time() - rate.duration]
            if len(tries) >= rate.amount:
                # The newest stands first: the oldest of the last ``amount`` has to be forgotten.
                longest = max(longest, tries[rate.amount - 1] + rate.duration - time.time())
    return longest


def spell_waiting(seconds: float) -> str:
    """ "cinq minutes", "40 secondes": rounded up, so that whoever waits as long is let in."""
    if seconds <= A_MINUTE:
        return counted(max(1, math.ceil(seconds)), "seconde")
    minutes = math.ceil(seconds / A_MINUTE)
    return f"{WORDS[minutes]} minutes" if minutes in WORDS else counted(minutes, "minute")
