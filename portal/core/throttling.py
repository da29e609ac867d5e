"""How often one person may call the API: one limit, told in every answer, for all their tokens and sessions together."""

import time
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.core.cache import cache
from rest_framework.request import Request
from rest_framework.throttling import BaseThrottle

_SECONDS = {"s": 1, "m": 60, "h": 3600, "d": 86400}


@dataclass(frozen=True, slots=True)
class Allowance:
    """What is left of a window: `quota` calls in `window_seconds`, `remaining` of them, for `reset_seconds` more."""

    quota: int
    window_seconds: int
    remaining: int
    reset_seconds: int

    def headers(self) -> dict[str, str]:
        """Source: draft-ietf-httpapi-ratelimit-headers."""
        return {
            "RateLimit-Policy": f'"default";q={self.quota};w={self.window_seconds}',
            "RateLimit": f'"default";r={self.remaining};t={self.reset_seconds}',
        }


class ApiThrottle(BaseThrottle):
    """Counts in the shared cache per person and window. The view's `allowance` says what is left."""

    allowance: Allowance

    def allow_request(self, request: Request, view: Any) -> bool:
        quota, window = policy()
        now = int(time.time())
        used = _count(f"api-calls:{request.user.pk}:{now // window}", window)
        self.allowance = Allowance(quota, window, max(0, quota - used), window - now % window)
        view.allowance = self.allowance
        return used <= quota

    def wait(self) -> float:
        return self.allowance.reset_seconds


def policy() -> tuple[int, int]:
    """Return how many calls in how many seconds: `600/min` is (600, 60)."""
    framework: dict[str, Any] = settings.REST_FRAMEWORK
    number, _, period = framework["DEFAULT_THROTTLE_RATES"]["api"].partition("/")
    return int(number), _SECONDS[period[0]]


def _count(key: str, window: int) -> int:
    if cache.add(key, 1, timeout=window + 1):
        return 1
    try:
        return cache.incr(key)
    except ValueError:
        # The window ended between the two.
        return 1
