"""Handing a section to a colleague: one open ask for each section, of a member or of somebody who is still to be invited."""

from django.conf import settings
from django.db import transaction
from django.urls import reverse

from onboarding import ask_selectors, rules
from onboarding.models import Section, SectionAsk
from onboarding.sections import definition
from onboarding.services import ask_mail, onboardings, revisions
from onboarding.states import SECTIONS
from portal.accounts import rules as roles
from portal.accounts.models import Customer, Membership, User
from portal.accounts.services import invitations
from portal.accounts.services.invitations import Errand
from portal.accounts.states import CustomerRole
from portal.accounts.validators import clean_email, refusal
from portal.audit.services import record
from portal.core import clock
from portal.core.errors import Conflict, Forbidden

LONGEST_NOTE = 1000
"""Characters of the words to a colleague."""


def ask(section: Section, *, email: str, note: str = "", by: User) -> SectionAsk:
    """The colleague with this address is asked to answer the section, and told so. Answering it ends the ask.

    A member hears of it at once. Anybody else is invited as a contributor, but only by who manages the customer's people:
    asked by another, the ask waits, the customer's administrators are told, and the one of them who asks the same address
    again sends the invitation. So nobody gets in, and no mail goes to a stranger, on a contributor's word alone.

    Raises `Forbidden`, `Invalid` naming `email` or `note`, `Conflict` while somebody else is asked or the section is not open.
    """
    if not rules.may_answer(by, section):
        raise Forbidden("You can read these answers, but not ask somebody for them.")
    email, note = clean_email(email), _clean_note(note)
    with transaction.atomic():
        revisions.lock(section)
        _require_open(section)
        standing = _standing(section)
        if standing is None:
            standing = _open(section, email, note, by)
        elif not _is_to_be_invited(standing, email, by):
            raise Conflict(f"{standing.whom} is asked already.", remedy="Take that back before you ask somebody else.")
        if standing.person is None and roles.may_manage_members(by, section.customer):
            _invite(standing, by)
        onboardings.changed(section.onboarding)
    return standing


def _require_open(section: Section) -> None:
    if not SECTIONS.allows(section.state, "save"):
        state = section.get_state_display().lower()
        raise Conflict(f"This section is {state}: nobody has to answer it now.")


def _clean_note(note: str) -> str:
    note = note.strip()
    if len(note) > LONGEST_NOTE:
        raise refusal("note", f"The note must be at most {LONGEST_NOTE} characters long; this is {len(note)}.")
    return note


def _standing(section: Section) -> SectionAsk | None:
    rows = SectionAsk.objects.select_related("person", "asked_by", "invitation", "customer")
    found: SectionAsk | None = rows.filter(section=section, ended_at=None).first()
    if found:
        found.section = section
    return found


def _is_to_be_invited(standing: SectionAsk, email: str, by: User) -> bool:
    waits = standing.person is None and not standing.is_invited
    return waits and standing.email == email and roles.may_manage_members(by, standing.customer)


def _open(section: Section, email: str, note: str, by: User) -> SectionAsk:
    made = SectionAsk.objects.create(
        customer=section.customer,
        section=section,
        email=email,
        person=_member(section.customer, email, by),
        note=note,
        asked_by=by,
        asked_at=clock.now(),
    )
    record("section_ask.opened", made, by=by, customer=section.customer, after={"section": section.pk, "email": email})
    if made.person:
        ask_mail.asked(made)
    elif not roles.may_manage_members(by, section.customer):
        ask_mail.to_invite(made)
    return made


def _member(customer: Customer, email: str, by: User) -> User | None:
    """Return the member with this address, None for somebody unknown. Raises `Invalid` for who cannot answer."""
    user = User.objects.filter(email__iexact=email).first()
    if user is None:
        return None
    if user == by:
        raise refusal("email", "That is your own address. Enter the address of a colleague.")
    if user.is_provider:
        raise refusal(
            "email", f"{user} belongs to {settings.PROVIDER_NAME}, who review the answers. Ask somebody of {customer}."
        )
    membership = Membership.objects.filter(customer=customer, user=user).first()
    if membership is None:
        return None
    if not user.is_active:
        raise refusal("email", f"The account of {user} is closed. Ask somebody else.")
    if membership.role == CustomerRole.VIEWER:
        raise refusal("email", f"{user} is a viewer and cannot answer. {_who_gives_roles(customer, by)}")
    return user


def _who_gives_roles(customer: Customer, by: User) -> str:
    if roles.may_manage_members(by, customer):
        return "Make them a contributor on the People page, then ask again."
    names = [str(person) for person in ask_selectors.administrators(customer)[:3]]
    who = " or ".join(names) or "Your account manager"
    return f"{who} can make them a contributor on the People page."


def _invite(standing: SectionAsk, by: User) -> None:
    section = standing.section
    title = definition(section.key).title
    path = reverse("section", args=(section.onboarding_id, section.key))
    what = f"answer the section “{title}” of {section.onboarding.title}"
    errand = Errand(what, standing.asked_by, standing.note, path)
    standing.invitation = invitations.invite(
        email=standing.email, role=CustomerRole.CONTRIBUTOR, by=by, customer=standing.customer, errand=errand
    )
    standing.save(update_fields=["invitation"])


def take_back(section: Section, *, by: User) -> SectionAsk:
    """Nobody is asked any more; who was hears of it. The colleague themselves hands the section back this way.

    Everybody who may answer can do it, so that no section waits for somebody who is away. An invitation that nobody accepted
    is revoked, where the person may. Raises `Forbidden`, `Conflict` where nobody is asked.
    """
    if not rules.may_answer(by, section):
        raise Forbidden("You can read these answers, but not say who gives them.")
    with transaction.atomic():
        revisions.lock(section)
        standing = _standing(section)
        if standing is None:
            raise Conflict("Nobody is asked to answer this section.")
        if standing.is_invited and standing.invitation and roles.may_manage_members(by, standing.customer):
            # Before the ask's own row, in the order in which accepting takes the two.
            invitations.revoke(standing.invitation, by=by)
        how = SectionAsk.Ending.HANDED_BACK if standing.person == by else SectionAsk.Ending.TAKEN_BACK
        _end(standing, how, by)
        onboardings.changed(section.onboarding)
    return standing


def saved(section: Section, *, by: User) -> None:
    """Saving ends the ask when its person did what they were asked: every question is answered soundly."""
    standing = _standing(section)
    if standing and standing.person == by and not definition(section.key).clean(section.answers)[1]:
        _end(standing, SectionAsk.Ending.ANSWERED, by)


def submitted(section: Section, *, by: User) -> None:
    """Whoever submits the section, nobody has to answer it any more."""
    if standing := _standing(section):
        _end(standing, SectionAsk.Ending.SUBMITTED, by)


def _end(standing: SectionAsk, how: SectionAsk.Ending, by: User) -> None:
    standing.ended_at, standing.ending = clock.now(), how
    standing.save(update_fields=["ended_at", "ending"])
    after = {"section": standing.section_id, "email": standing.email, "ending": how.value}
    record("section_ask.ended", standing, by=by, customer=standing.customer, after=after)
    ask_mail.ended(standing, by=by)


def joined(user: User, customer: Customer) -> list[SectionAsk]:
    """Give the person who joined what their address was asked for. Return it."""
    waiting = SectionAsk.objects.filter(customer=customer, email__iexact=user.email, person=None, ended_at=None)
    found = list(waiting.select_related("section__onboarding"))
    waiting.update(person=user)
    return found
