"""An action as its page and the list show it: what this person can do about it, and where."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from django.urls import reverse

from environments import rules
from environments.services import stand_in
from onboarding import selectors as onboardings
from onboarding import turns
from onboarding.actions import selectors
from onboarding.actions.kinds import BY_KEY, Kind
from onboarding.actions.models import CustomerAction
from onboarding.actions.services import acts
from onboarding.actions.views import facts
from onboarding.models import Onboarding
from onboarding.states import Stage
from onboarding.turns import Turn
from portal.accounts import rules as roles
from portal.accounts.models import User


@dataclass(frozen=True, slots=True)
class Card:
    """`may_act`: this person does the customer's part. `place` is the page on which it is done, `button` the words that lead
    there; both are empty where everything is on the action's own page."""

    action: CustomerAction
    kind: Kind | None
    facts: facts.Facts
    may_act: bool
    may_look: bool
    may_ask_again: bool
    looked_at: datetime | None
    place: str
    button: str
    stand_in: bool

    @property
    def look_leads(self) -> bool:
        """Return whether looking now is the one thing to do here: nothing on the page leads anywhere else."""
        return not (self.button or self.facts.console_url or self.facts.role or self.stand_in)


def card(user: User, action: CustomerAction) -> Card:
    place, button = _place(action)
    may_act = roles.may_act_in_customer_account(user, action.customer)
    return Card(
        action,
        BY_KEY.get(action.kind),
        facts.of(action),
        may_act,
        acts.may_look(action) and rules.may_verify(user, action.customer),
        acts.may_ask_again(action) and rules.may_ask_again(user, action.customer),
        selectors.looked_at(action),
        place,
        button,
        stand_in.available() and may_act and action.kind in _STAND_IN,
    )


_STAND_IN = frozenset({"customer_access", "peering_acceptance", "mail_records", "certificate", "vpn_tunnels"})
_ENVIRONMENT_PAGES = {
    "vpn_tunnels": ("data_centre", "Get the configuration of your router"),
    "direct_connect": ("data_centre", "Record the milestone"),
    "own_dns": ("environment_checklist", "Sign it"),
    "sign_item": ("environment_checklist", "Sign it"),
}


def _place(action: CustomerAction) -> tuple[str, str]:
    """Return the page on which it is done and the words of the button, both empty where its own page is enough."""
    if action.section:
        return reverse("section", args=[action.onboarding_id, action.section.key]), "Open the section"
    if action.kind == "hand_over":
        return reverse("hand_over", args=[action.subject]), "Open the hand-over"
    if action.kind == "firewall_ports":
        return reverse("ports", args=[action.onboarding_id]), "Open the port matrix"
    if action.kind in _ENVIRONMENT_PAGES and action.environment_id:
        name, button = _ENVIRONMENT_PAGES[action.kind]
        return reverse(name, args=[action.environment_id]), button
    return "", ""


def what_goes_on(user: User) -> list[Turn]:
    """What the provider does meanwhile, so that an empty page still says something."""
    found: list[Turn] = []
    for onboarding in _running(user):
        found += turns.of(onboardings.onboarding(user, onboarding.pk)).provider
    return found[:5]


def _running(user: User) -> Iterable[Onboarding]:
    over = (Stage.LIVE, Stage.CANCELLED)
    return Onboarding.objects.visible_to(user).exclude(stage__in=over).order_by("-created_at")[:5]
