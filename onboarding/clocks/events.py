"""What people are told of the clocks."""

from portal.accounts import rules
from portal.accounts.models import Customer, User
from portal.outbox.events import PROVIDER, Event, register
from portal.outbox.states import Kind

_BECAUSE = "you manage this onboarding or provision its environments"


def _may_finish(person: User, customer: Customer | None) -> bool:
    return rules.may_request_plan(person)


register(
    Event(
        "finish_clock_warned",
        title="The day to provision is nearly over",
        because=_BECAUSE,
        kind=Kind.TO_ACT,
        readers=(PROVIDER,),
        may_act=_may_finish,
    ),
    Event(
        "finish_clock_breached",
        title="The day to provision is over",
        because=_BECAUSE,
        kind=Kind.TO_ACT,
        readers=(PROVIDER,),
        may_act=_may_finish,
    ),
    Event(
        "finish_clock_breach_withdrawn",
        title="The day to provision is not over after all",
        because="you manage this onboarding",
        readers=(PROVIDER,),
    ),
)
