"""The test alerts of an environment, on its checklist."""

from typing import Any

from django import template

from environments.alerts import rules, selectors
from environments.alerts.services import sending
from environments.alerts.states import AlertState
from environments.models import Environment

register = template.Library()

LOOKS = {
    AlertState.QUEUED: ("work", "arc"),
    AlertState.SENT: ("work", "clock"),
    AlertState.CONFIRMED: ("done", "check"),
    AlertState.FAILED: ("stop", "octagon"),
    AlertState.EXPIRED: ("you", "triangle"),
    AlertState.REPLACED: ("idle", "dash"),
}
"""Hue and shape of each state's badge."""
_SHOWN = 10


@register.inclusion_tag("environments/alerts/panel.html", takes_context=True)
def test_alerts(context: dict[str, Any], environment: Environment) -> dict[str, Any]:
    """Show the newest test alert and those before it, with the button for who may send one; nothing outside production."""
    user = context["user"]
    rows = list(selectors.of_environment(user, environment)[:_SHOWN]) if environment.is_production else []
    lines = [(row, *LOOKS[row.state]) for row in rows]
    may_send = environment.is_production and rules.may_send(user)
    return {
        "request": context["request"],
        "csrf_token": context.get("csrf_token"),
        "environment": environment,
        "lines": lines[:1],
        "earlier": lines[1:],
        "may_send": may_send,
        "refusal": sending.refusal(environment) if may_send else "",
        "is_under_way": bool(rows) and rows[0].state == AlertState.QUEUED,
    }
