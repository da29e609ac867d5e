"""Mail to a customer's person that does not arrive concerns whoever manages the customer's onboardings."""

from typing import Any

from django.dispatch import receiver

from onboarding.models import Onboarding
from onboarding.states import Stage
from portal.accounts.models import Customer, User
from portal.outbox.signals import address_undeliverable


@receiver(address_undeliverable, dispatch_uid="onboarding.account_managers_of")
def account_managers_of(sender: Any, customer: Customer | None, **_: Any) -> list[User]:
    if customer is None:
        return []
    theirs = Onboarding.objects.filter(customer=customer).exclude(stage=Stage.CANCELLED)
    return list(User.objects.filter(pk__in=theirs.values("account_manager"), is_active=True).order_by("pk"))
