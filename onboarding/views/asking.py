"""What the page of a section shows of who is asked to answer it, and of asking somebody."""

from dataclasses import dataclass

from django.db.models import QuerySet

from onboarding import ask_selectors, rules
from onboarding.models import Section, SectionAsk
from onboarding.states import SECTIONS, Stage
from portal.accounts import rules as roles
from portal.accounts.models import User


@dataclass(frozen=True, slots=True)
class Asking:
    """Who is asked, None where nobody is, and what this person can do about it.

    `is_me`: this person is the one who is asked. `cannot_answer`: who is asked lost the role since. `may_invite`: this person
    can invite who is asked, which nobody did so far or which ran out. `hint` says what becomes of an unknown address.
    """

    ask: SectionAsk | None
    may_ask: bool
    is_me: bool
    cannot_answer: bool
    may_invite: bool
    hint: str
    colleagues: QuerySet[User]


def panel(user: User, section: Section) -> Asking | None:
    """Return what the page of a section that came from `selectors.sections` shows, None where it is not open."""
    if not SECTIONS.allows(section.state, "save") or section.onboarding.stage == Stage.CANCELLED:
        return None
    ask, manages = section.open_ask, roles.may_manage_members(user, section.customer)
    may_ask = rules.may_answer(user, section)
    if not may_ask and ask is None:
        return None
    return Asking(
        ask=ask,
        may_ask=may_ask,
        is_me=bool(ask and ask.person_id == user.pk),
        cannot_answer=bool(ask and ask.person and not rules.may_answer(ask.person, section)),
        may_invite=bool(ask and not ask.person and not ask.is_invited and manages),
        hint=f"An address that is new here {_invites(section, manages)}",
        colleagues=ask_selectors.colleagues(user, section.customer),
    )


def _invites(section: Section, manages: bool) -> str:
    return (
        "is invited as a contributor" if manages else f"is invited once an administrator of {section.customer} agrees"
    )
