"""What people do about a customer action: have it looked at now, and have an expired one asked for anew."""

from __future__ import annotations

from django.core.cache import cache
from django.db import transaction

from environments import rules
from environments.services import checklist, steering
from environments.states import RunState, StepState
from onboarding.actions import selectors
from onboarding.actions.kinds import BY_KEY
from onboarding.actions.models import CustomerAction
from onboarding.services import onboardings
from portal.accounts.models import User
from portal.audit.services import record
from portal.core import clock
from portal.core.errors import Conflict, Forbidden, TooMany

PAUSE_SECONDS = 15
"""Between two looks at one action that one person asks for: AWS shows nothing new sooner."""
_AT_IT = (RunState.QUEUED, RunState.RUNNING)


def look_now(action: CustomerAction, *, by: User, through: str = "") -> CustomerAction:
    """Have what the action is about looked at now. One that a worker looks at in this moment needs nothing more. Where
    something stood in the way of a step, the step is started again; where no run asks, the whole environment is compared anew.

    `through`: by which other way than the portal's pages it was asked for. Raises `Forbidden`, `Conflict` where nothing can be
    looked at, `TooMany` within 15 seconds of this person's last.
    """
    if not rules.may_verify(by, action.customer):
        raise Forbidden("Looking again is for the provider's staff and the customer's contributors.")
    _require_something_to_look_at(action)
    _require_pause(action, by)
    with transaction.atomic():
        action = _locked(action)
        _require_something_to_look_at(action)
        _have_looked(action, by)
        after = {"through": through} if through else None
        record("customer_action.look_asked_for", action, by=by, customer=action.customer, after=after)
    return action


def may_look(action: CustomerAction) -> bool:
    """Return whether there is something that the portal can look at by itself."""
    kind = BY_KEY.get(action.kind)
    if not action.is_open or selectors.is_held(action):
        return False
    return (action.step is not None or action.is_of_loss) and (kind is None or kind.looks)


def may_ask_again(action: CustomerAction) -> bool:
    """Return whether this request ended so that a new one can be sent, and nobody has had that done yet."""
    kind = BY_KEY.get(action.kind)
    if action.is_open or action.asked_again_at or kind is None or not kind.asks_again or hasattr(action, "successor"):
        return False
    return action.step is not None and steering.is_customers_to_mend(action.step)


def ask_again(action: CustomerAction, *, by: User) -> CustomerAction:
    """Have a new request sent in the place of this one. However often it is asked for, and by however many: one new request.

    Returns the action as it is: where somebody was first, `asked_again_by` is that person. Raises `Forbidden`, `Conflict` where
    the request has not ended, or nothing can be sent anew.
    """
    if not rules.may_ask_again(by, action.customer):
        raise Forbidden("Asking anew is for the customer's contributors and the provider's operations engineers.")
    with transaction.atomic():
        action = _locked(action)
        if action.asked_again_at or hasattr(action, "successor"):
            return action
        if not may_ask_again(action) or action.step is None:
            raise Conflict(
                "No new request can be sent in the place of this one.", remedy="Reload the page to see how it stands."
            )
        steering.ask_again(action.step.run, action.step.key, by=by)
        action.asked_again_at, action.asked_again_by, action.remind_at = clock.now(), by, None
        action.save(update_fields=["asked_again_at", "asked_again_by", "remind_at"])
        record("customer_action.asked_again", action, by=by, customer=action.customer)
    return action


def _have_looked(action: CustomerAction, by: User) -> None:
    step = action.step
    if step is None:
        if action.environment:
            checklist.request_verification(action.environment, by=by)
    elif step.state == StepState.FAILED:
        steering.ask_again(step.run, step.key, by=by)
    elif step.run.state not in _AT_IT:
        steering.look_again(step.run, by=by)


def _require_something_to_look_at(action: CustomerAction) -> None:
    if not action.is_open:
        raise Conflict(f"This is {action.get_state_display().lower()}: there is nothing to look for any more.")
    if selectors.is_held(action):
        raise Conflict(
            "The run stands still at this moment, so nothing is looked at.",
            remedy="Nothing is lost: everything is looked at as soon as it goes on.",
        )
    if not may_look(action):
        raise Conflict(
            "The portal cannot look at this by itself.", remedy="Open the action to see who says that it is done."
        )


def _require_pause(action: CustomerAction, by: User) -> None:
    if not cache.add(f"customer-action-look:{action.pk}:{by.pk}", 1, timeout=PAUSE_SECONDS):
        message = f"You asked for a look within the last {PAUSE_SECONDS} seconds."
        raise TooMany(message, retry_after_seconds=PAUSE_SECONDS)


def _locked(action: CustomerAction) -> CustomerAction:
    """Hold the onboarding's row first, as everything does that writes what belongs to it, and then the action's."""
    onboardings.lock(action.onboarding)
    people = ("customer", "onboarding", "environment", "section", "step__run", "asked_again_by")
    return CustomerAction.objects.select_for_update(of=("self",)).select_related(*people).get(pk=action.pk)
