"""What the scheduler does again and again, which `settings` takes over."""

from datetime import timedelta
from typing import Any

_EXPIRES_SECONDS = 300
"""While no worker runs, sweeps expire instead of piling up: each would hint at everything that is due once more."""


def sweeps(*, runs: timedelta, drift: timedelta) -> dict[str, dict[str, Any]]:
    """Return the tasks by what they do. `runs`: how often runs are looked at, and what must be as quick; `drift`: how old a
    look at an environment may become, of which a quarter is waited at most."""
    every: dict[str, tuple[str, timedelta | float]] = {
        "sweep runs and plans": ("environments.sweep", runs),
        "sweep test alerts": ("alerts.sweep", 30.0),
        "read the health alarms": ("availability.schedule", 60.0),
        "check for drift": ("environments.schedule_drift_checks", drift / 4),
        "deliver the outbox": ("outbox.deliver", runs),
        "gather digests": ("outbox.gather_digests", 300.0),
        "sweep checks": ("onboarding.sweep_checks", runs),
        "make checks that had no room": ("onboarding.follow_checks", 300.0),
        "expire hand-overs": ("onboarding.expire_hand_overs", 60.0),
        "approve by condition": ("onboarding.approve_by_condition", 60.0),
        "look at clocks": ("onboarding.look_at_clocks", 60.0),
        "refresh the portfolio": ("reports.refresh_portfolio", 60.0),
        "look at reviews": ("onboarding.look_at_reviews", 300.0),
        "remind of actions": ("onboarding.remind_of_actions", 300.0),
    }
    options = {"expires": _EXPIRES_SECONDS}
    return {what: {"task": task, "schedule": often, "options": options} for what, (task, often) in every.items()}
