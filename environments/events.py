"""What people are told of an environment, and whether it still concerns them when the mail leaves."""

from environments import rules
from environments.models import RunStep
from environments.states import StepState
from portal.accounts import rules as roles
from portal.accounts.models import Customer, User
from portal.outbox.events import CUSTOMER, PROVIDER, Event, register
from portal.outbox.models import Notice
from portal.outbox.states import Kind

WAITS = "environment.waits_for_customer"
STOPPED = "run.stopped"
DRIFTED = "drift.found"
REGRESSED = "checklist_item.regressed"


def _may_provision(person: User, customer: Customer | None) -> bool:
    return rules.may_provision(person)


def _may_do_customers_part(person: User, customer: Customer | None) -> bool:
    return customer is not None and roles.may_act_in_customer_account(person, customer)


def _still_waits(notice: Notice) -> bool:
    return RunStep.objects.filter(pk=notice.about, state=StepState.WAITING).exists()


def _still_stopped(notice: Notice) -> bool:
    """What stopped the run as a whole, at no step, names no step: somebody has to look."""
    return not notice.about or RunStep.objects.filter(pk=notice.about, state=StepState.FAILED).exists()


register(
    Event(
        WAITS,
        title="An environment waits for something that you do",
        because="you can do what the environment waits for",
        kind=Kind.TO_ACT,
        readers=(CUSTOMER,),
        may_act=_may_do_customers_part,
        needed=_still_waits,
    ),
    Event(
        STOPPED,
        title="A run stopped",
        because="you steer the runs of environments",
        kind=Kind.TO_ACT,
        readers=(PROVIDER,),
        may_act=_may_provision,
        needed=_still_stopped,
    ),
    Event(
        DRIFTED,
        title="AWS differs from what is approved",
        because="you steer the runs of environments",
        kind=Kind.TO_ACT,
        readers=(PROVIDER,),
        may_act=_may_provision,
    ),
    Event(
        REGRESSED,
        title="A checklist item is no longer true",
        because="you look after environments before their hand-over",
        kind=Kind.TO_ACT,
        readers=(PROVIDER,),
    ),
)
