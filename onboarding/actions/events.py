"""What people are told of customer actions, and whether it still concerns them when the mail leaves."""

from environments import rules
from onboarding.actions import selectors
from onboarding.actions.models import CustomerAction
from onboarding.actions.services import recipients
from onboarding.actions.states import UNDONE
from portal.accounts import rules as roles
from portal.accounts.models import Customer, User
from portal.outbox.events import PROVIDER, Event, register
from portal.outbox.models import Notice
from portal.outbox.states import Kind

WAITS = "customer_action"
EXPIRED = "customer_action_expired"
ESCALATED = "customer_action_escalated"


def _may_act(person: User, customer: Customer | None) -> bool:
    """A section's author may be one of the provider's people, who answered on the customer's behalf."""
    return customer is not None and roles.may_edit_intake(person, customer)


def _may_ask_again(person: User, customer: Customer | None) -> bool:
    return customer is not None and rules.may_ask_again(person, customer)


def _waits_for_them(notice: Notice) -> bool:
    action = _action(notice)
    return action is not None and selectors.is_asked(action) and notice.person in recipients.of(action)


def _is_not_asked_anew(notice: Notice) -> bool:
    action = _action(notice)
    return action is not None and action.asked_again_at is None and not hasattr(action, "successor")


def _is_undone(notice: Notice) -> bool:
    action = _action(notice)
    return action is not None and (action.is_open or (action.state in UNDONE and _is_not_asked_anew(notice)))


def _action(notice: Notice) -> CustomerAction | None:
    rows = CustomerAction.objects.select_related("customer", "section", "step__run", "successor")
    return rows.filter(pk=notice.about).first()


register(
    Event(
        WAITS,
        title="Something waits for you",
        because="you can do what is asked of your organisation",
        kind=Kind.TO_ACT,
        may_act=_may_act,
        needed=_waits_for_them,
    ),
    Event(
        EXPIRED,
        title="A request ran out or was rejected",
        because="you can have it asked for anew, or the customer is in your care",
        urgent=True,
        may_act=_may_ask_again,
        needed=_is_not_asked_anew,
    ),
    Event(
        ESCALATED,
        title="A customer does not act",
        because="the customer is in your care",
        urgent=True,
        readers=(PROVIDER,),
        needed=_is_undone,
    ),
)
