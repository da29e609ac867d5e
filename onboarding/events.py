"""What people are told of the intake, its review and the hand-over, and whether it still concerns them when the mail leaves."""

from onboarding.models import HandOver, Section, SectionAsk
from onboarding.states import HandOverState, SectionState
from portal.accounts import rules
from portal.accounts.models import Customer, User
from portal.outbox.events import CUSTOMER, PROVIDER, Event, register
from portal.outbox.models import Notice
from portal.outbox.states import Kind

_REVIEWER = "you review the answers of this onboarding"
_AUTHOR = "you answered this section"
_HAND_OVER = "you are part of this hand-over"


def _may_review(person: User, customer: Customer | None) -> bool:
    return rules.may_review(person)


def _may_answer(person: User, customer: Customer | None) -> bool:
    return customer is not None and rules.may_edit_intake(person, customer)


def _may_invite(person: User, customer: Customer | None) -> bool:
    return customer is not None and rules.may_manage_members(person, customer)


def _may_release(person: User, customer: Customer | None) -> bool:
    return rules.may_release_second(person)


def _may_receive(person: User, customer: Customer | None) -> bool:
    return customer is not None and rules.may_receive_hand_over(person, customer)


def _waits_for_review(notice: Notice) -> bool:
    """`about` is the onboarding."""
    return Section.objects.filter(onboarding=notice.about, state=SectionState.SUBMITTED).exists()


def _waits_for_change(notice: Notice) -> bool:
    return Section.objects.filter(pk=notice.about, state=SectionState.CHANGES_REQUESTED).exists()


def _is_still_asked(notice: Notice) -> bool:
    return SectionAsk.objects.filter(pk=notice.about, ended_at=None, person=notice.person).exists()


def _is_to_be_invited(notice: Notice) -> bool:
    return SectionAsk.objects.filter(pk=notice.about, ended_at=None, person=None, invitation=None).exists()


def _waits_for_release(notice: Notice) -> bool:
    return HandOver.objects.filter(pk=notice.about, state=HandOverState.REQUESTED).exists()


def _waits_for_recipient(notice: Notice) -> bool:
    return HandOver.objects.filter(pk=notice.about, state=HandOverState.RELEASED).exists()


register(
    Event(
        "section_submitted",
        title="Answers are submitted for review",
        because=_REVIEWER,
        kind=Kind.TO_ACT,
        readers=(PROVIDER,),
        may_act=_may_review,
        needed=_waits_for_review,
    ),
    Event(
        "review_waits",
        title="Answers still wait for a review",
        because=_REVIEWER,
        kind=Kind.TO_ACT,
        readers=(PROVIDER,),
        may_act=_may_review,
        needed=_waits_for_review,
    ),
    Event(
        "review_overdue",
        title="Nobody reviews answers",
        because="you manage this onboarding",
        kind=Kind.TO_ACT,
        readers=(PROVIDER,),
        may_act=_may_review,
        needed=_waits_for_review,
    ),
    Event("review_draft_expired", title="Your review was not finished in time", because=_REVIEWER, readers=(PROVIDER,)),
    Event(
        "changes_requested",
        title="A change of your answers is asked for",
        because=_AUTHOR,
        kind=Kind.TO_ACT,
        may_act=_may_answer,
        needed=_waits_for_change,
    ),
    Event("approved", title="Every section is approved", because="you answered sections of this onboarding"),
    Event(
        "hand_over_requested",
        title="A hand-over waits for your release",
        because="you release hand-overs as the second person",
        kind=Kind.TO_ACT,
        readers=(PROVIDER,),
        may_act=_may_release,
        needed=_waits_for_release,
    ),
    Event(
        "hand_over_released",
        title="Credentials wait for you",
        because="the hand-over names you as its recipient",
        kind=Kind.TO_ACT,
        readers=(CUSTOMER,),
        may_act=_may_receive,
        needed=_waits_for_recipient,
    ),
    Event(
        "hand_over_released_notice",
        title="Credentials were released to a colleague",
        because="somebody besides the recipient has to know",
        urgent=True,
        readers=(CUSTOMER,),
    ),
    Event("hand_over_revealed", title="Credentials were revealed", because=_HAND_OVER, urgent=True),
    Event(
        "hand_over_second_reveal",
        title="Somebody tried to reveal credentials again",
        because=_HAND_OVER,
        urgent=True,
    ),
    Event("hand_over_withdrawn", title="A hand-over was withdrawn", because=_HAND_OVER, urgent=True),
    Event("hand_over_expired", title="Credentials were not revealed in time", because=_HAND_OVER),
    Event(
        "section_asked",
        title="You are asked to answer a section",
        because="a colleague asks you",
        kind=Kind.TO_ACT,
        may_act=_may_answer,
        needed=_is_still_asked,
    ),
    Event(
        "section_ask_waits",
        title="A colleague is wanted for a section",
        because="you can invite people",
        kind=Kind.TO_ACT,
        may_act=_may_invite,
        needed=_is_to_be_invited,
    ),
    Event("section_ask_ended", title="A request to answer a section ended", because="you asked, or were asked"),
)
