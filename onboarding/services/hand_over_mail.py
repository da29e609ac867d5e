"""The hand-over's mail: who is told of what. It holds links that need a log-in, never a credential."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django.urls import reverse

from onboarding.models import HandOver
from portal.accounts import selectors
from portal.accounts.models import User
from portal.accounts.states import StaffRole
from portal.outbox.services import notify


def requested(hand_over: HandOver) -> None:
    """The release approvers are asked for the second approval."""
    approvers = User.objects.filter(staff_role=StaffRole.RELEASE_APPROVER, is_active=True).order_by("pk")
    subject = f"Release of {hand_over.environment} waits for a second person"
    _send("hand_over_requested", hand_over, approvers, subject, to_act=True)


def released(hand_over: HandOver) -> None:
    """The recipient is asked to come; a second contact of the customer knows of it, so that it never happens unseen."""
    ready = f"{hand_over.environment} is ready for you"
    _send("hand_over_released", hand_over, [hand_over.recipient], ready, to_act=True)
    subject = f"Credentials of {hand_over.environment} were released to {hand_over.recipient}"
    _send("hand_over_released_notice", hand_over, _second_contact(hand_over), subject)


def revealed(hand_over: HandOver) -> None:
    subject = f"{hand_over.recipient} revealed the credentials of {hand_over.environment}"
    _send("hand_over_revealed", hand_over, _both_sides(hand_over), subject)


def second_reveal(hand_over: HandOver, *, by: User, at: datetime) -> None:
    """Both sides learn of the attempt; of the same person at most once an hour, however often they press."""
    subject = f"Somebody tried to reveal the credentials of {hand_over.environment} again"
    once = f"{by.pk}:{at:%Y%m%d%H}"
    _send("hand_over_second_reveal", hand_over, _both_sides(hand_over), subject, once=once, by=by, at=at)


def withdrawn(hand_over: HandOver, *, reason: str) -> None:
    """Who requested it is told; the recipient only when they were told of a release before."""
    readers = [hand_over.requested_by, *([hand_over.recipient] if hand_over.released_at else [])]
    subject = f"The hand-over of {hand_over.environment} was withdrawn"
    _send("hand_over_withdrawn", hand_over, readers, subject, reason=reason)


def expired(hand_over: HandOver) -> None:
    subject = f"The credentials of {hand_over.environment} were not revealed in time"
    _send("hand_over_expired", hand_over, [hand_over.recipient, hand_over.requested_by], subject)


def _send(
    event: str,
    hand_over: HandOver,
    readers: Iterable[User],
    subject: str,
    *,
    once: str = "",
    to_act: bool = False,
    **context: Any,
) -> None:
    """Tell the readers; `once` tells apart what can happen to one hand-over several times."""
    for reader in readers:
        notify(
            reader,
            event,
            event,
            key=f"{event}:{hand_over.pk}:{once}",
            subject=subject,
            link=reverse("hand_over", args=[hand_over.pk]),
            customer=hand_over.customer,
            context={"hand_over": hand_over, "environment": hand_over.environment, **context},
            to_act=to_act,
            about=hand_over.pk,
        )


def _both_sides(hand_over: HandOver) -> list[User]:
    """The recipient and the second contact; the requester and the approver. Nobody twice."""
    people = [hand_over.recipient, *_second_contact(hand_over), hand_over.requested_by, hand_over.released_by]
    return list({person.pk: person for person in people if person and person.is_active}.values())


def _second_contact(hand_over: HandOver) -> list[User]:
    contact = selectors.second_contact(hand_over.customer, besides=hand_over.recipient)
    return [contact] if contact else []
