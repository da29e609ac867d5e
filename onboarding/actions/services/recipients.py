"""Who can act on a customer action at this moment, nobody else is asked to; and who hears at the provider's that nobody did."""

from django.db.models import QuerySet

from onboarding.actions.models import CustomerAction
from onboarding.models import HandOver, SectionAsk
from portal.accounts import rules as roles
from portal.accounts.models import Customer, User
from portal.accounts.states import CustomerRole, StaffRole

_EDITORS = (CustomerRole.ADMINISTRATOR, CustomerRole.CONTRIBUTOR)


def of(action: CustomerAction) -> list[User]:
    """Return the people who can do it: the recipient of a hand-over; who was asked for a section or wrote it, while they may
    still answer; otherwise whoever works for the customer. Viewers and closed accounts are never among them."""
    if action.kind == "hand_over":
        hand_over = HandOver.objects.select_related("recipient").filter(pk=action.subject).first()
        recipient = hand_over.recipient if hand_over else None
        return [recipient] if recipient and roles.may_receive_hand_over(recipient, action.customer) else []
    if action.section:
        authors = [person for person in _authors(action) if roles.may_edit_intake(person, action.customer)]
        if authors:
            return authors
    return list(editors(action.customer))


def editors(customer: Customer) -> QuerySet[User]:
    """The customer's own people who may act, with open accounts."""
    rows = User.objects.filter(is_active=True, memberships__customer=customer, memberships__role__in=_EDITORS)
    return rows.order_by("pk")


def managers(action: CustomerAction) -> list[User]:
    """Who hears of it at the provider's: the account manager, or the administrators where that account is closed."""
    manager = action.onboarding.account_manager
    if manager.is_active:
        return [manager]
    return list(User.objects.filter(is_active=True, staff_role=StaffRole.ADMINISTRATOR).order_by("pk"))


def _authors(action: CustomerAction) -> list[User]:
    """The colleague who was asked for the section, or else whoever submitted and last saved it."""
    section = action.section
    if section is None:
        return []
    ask = SectionAsk.objects.select_related("person").filter(section=section, ended_at=None).first()
    given = [ask.person] if ask and ask.person else [section.submitted_by, section.edited_by]
    return list({person.pk: person for person in given if person}.values())
