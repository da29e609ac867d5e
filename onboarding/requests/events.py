"""What service requests tell people of."""

from onboarding.requests.models import ServiceRequest
from onboarding.requests.states import RequestState
from portal.accounts import rules as roles
from portal.accounts.models import Customer, User
from portal.outbox.events import PROVIDER, Event, register
from portal.outbox.models import Notice
from portal.outbox.states import Kind


def _may_work(person: User, customer: Customer | None) -> bool:
    return roles.may_sign_for_provider(person)


def _waits(notice: Notice) -> bool:
    """True while nobody took the request, or for news of one that Support has."""
    states = (RequestState.OPEN, RequestState.ROUTED)
    return ServiceRequest.objects.filter(pk=notice.about, state__in=states).exists()


register(
    Event(
        "service_request_opened",
        title="A customer asks for something",
        because="the customer is in your care",
        kind=Kind.TO_ACT,
        readers=(PROVIDER,),
        may_act=_may_work,
        needed=_waits,
    ),
    Event(
        "service_request_assigned",
        title="A request is given to you",
        because="the request is yours",
        kind=Kind.TO_ACT,
        readers=(PROVIDER,),
        may_act=_may_work,
    ),
    Event(
        "service_request_changed",
        title="A request of yours moves on",
        because="you asked for it",
        urgent=True,
    ),
    Event(
        "service_request_withdrawn",
        title="A customer withdraws a request",
        because="it was yours, or the customer is in your care",
        readers=(PROVIDER,),
    ),
)
