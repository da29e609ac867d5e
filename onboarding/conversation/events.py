"""What people are told of the conversation and of decisions."""

from onboarding.conversation.models import Comment, Decision
from onboarding.conversation.states import DecisionState
from portal.accounts import rules as roles
from portal.accounts.models import Customer, User
from portal.outbox.events import Event, register
from portal.outbox.models import Notice
from portal.outbox.states import Channel, Kind


def _may_decide(person: User, customer: Customer | None) -> bool:
    """True while the person still speaks for a side (S40)."""
    if person.is_provider:
        return roles.may_open_onboarding(person)
    return customer is not None and roles.may_act_in_customer_account(person, customer)


def _stands(notice: Notice) -> bool:
    """True while the comment was not taken back."""
    return Comment.objects.standing().filter(pk=notice.about).exists()


def _waits(notice: Notice) -> bool:
    """True while nobody answered the proposal."""
    return Decision.objects.filter(pk=notice.about, state=DecisionState.PROPOSED).exists()


register(
    Event(
        "comment_mentioned",
        title="Somebody mentions you in a comment",
        because="somebody mentions you",
        kind=Kind.TO_ACT,
        needed=_stands,
    ),
    Event(
        "comment_added",
        title="Somebody writes where you wrote",
        because="you are part of this conversation",
        channel=Channel.DIGEST,
        needed=_stands,
    ),
    Event(
        "decision_proposed",
        title="A decision waits for your word",
        because="you speak for your side",
        kind=Kind.TO_ACT,
        may_act=_may_decide,
        needed=_waits,
    ),
    Event("decision_answered", title="Your proposal is answered", because="you proposed it"),
)
