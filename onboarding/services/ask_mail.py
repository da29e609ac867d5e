"""What people hear of a section that is handed to a colleague, in the act's transaction. No answer is in it."""

from typing import Any

from django.urls import reverse

from onboarding import ask_selectors
from onboarding.models import SectionAsk
from onboarding.sections import definition
from portal.accounts.models import User
from portal.outbox.services import notify

_ENDED = {
    SectionAsk.Ending.ANSWERED: ("answered", "Submit it when it is right, if that is not done yet."),
    SectionAsk.Ending.SUBMITTED: ("submitted", "Nobody has to answer it any more: it is reviewed now."),
    SectionAsk.Ending.TAKEN_BACK: ("took back the request to answer", "Nothing is left for you to do."),
    SectionAsk.Ending.HANDED_BACK: ("hands back", "Answer it yourself, or ask somebody else."),
}
"""What the person who ended it did to the section, and what follows for who reads it."""


def asked(ask: SectionAsk) -> None:
    """The colleague is told who asks for what."""
    if ask.person:
        subject = f"{ask.asked_by} asks you to answer “{_title(ask)}”"
        _tell("section_asked", ask.person, ask, subject, to_act=True)


def to_invite(ask: SectionAsk) -> None:
    """Who may invite people is told that somebody is wanted: the customer's administrators, else the account manager."""
    subject = f"{ask.asked_by} asks for {ask.email} to be invited"
    readers = list(ask_selectors.administrators(ask.customer)) or [ask.section.onboarding.account_manager]
    for reader in readers:
        _tell("section_ask_waits", reader, ask, subject, to_act=True)


def ended(ask: SectionAsk, *, by: User) -> None:
    """Who asked and who was asked hear how it ended, but for the one who did it. A section that is handed back is the asker's
    to act on."""
    did, now = _ENDED[SectionAsk.Ending(ask.ending)]
    subject = f"{by} {did} “{_title(ask)}”"
    to_act = ask.ending == SectionAsk.Ending.HANDED_BACK
    for reader in (ask.asked_by, ask.person):
        if reader and reader != by:
            _tell("section_ask_ended", reader, ask, subject, to_act=to_act, who=by, did=did, now=now)


def _tell(event: str, reader: User, ask: SectionAsk, subject: str, *, to_act: bool, **context: Any) -> None:
    onboarding = ask.section.onboarding
    notify(
        reader,
        event,
        event,
        key=f"{event}:{ask.pk}",
        subject=f"{onboarding.reference}: {subject}",
        link=reverse("section", args=(onboarding.pk, ask.section.key)),
        customer=ask.customer,
        context={"ask": ask, "title": _title(ask), "onboarding": onboarding, **context},
        to_act=to_act,
        about=ask.pk,
    )


def _title(ask: SectionAsk) -> str:
    return definition(ask.section.key).title
