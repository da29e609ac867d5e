"""Opening an onboarding together with what it needs: its customer, and the invitation of the first contact."""

from datetime import date

from django.db import transaction

from onboarding.models import Onboarding
from onboarding.services import onboardings
from portal.accounts.models import Customer, User
from portal.accounts.services import customers, invitations
from portal.accounts.states import CustomerRole


def begin(
    *,
    customer: Customer | None,
    customer_name: str,
    title: str,
    account_manager: User,
    target_on: date | None,
    contact_email: str,
    by: User,
) -> Onboarding:
    """All of it stands, or nothing: the customer (made here where `customer` is None), the onboarding, and the invitation of
    `contact_email` as the customer's administrator, where one is given.

    Raises what the three services raise; their pointers are `name`, `email` and the onboarding's own.
    """
    with transaction.atomic():
        customer = customer or customers.create(name=customer_name, by=by)
        onboarding = onboardings.open(
            customer, title=title, account_manager=account_manager, target_on=target_on, by=by
        )
        if contact_email:
            invitations.invite(email=contact_email, role=CustomerRole.ADMINISTRATOR, by=by, customer=customer)
    return onboarding
