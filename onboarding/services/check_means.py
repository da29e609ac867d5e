"""What a check may use while it is made: sealed answers, and the customer's account by their role."""

from collections.abc import Mapping

from django.conf import settings
from django.db import transaction

from environments.models import AwsAccount, Run
from environments.provisioning.ports import Account
from environments.provisioning.specification import Spec
from environments.services import cloud
from environments.states import RunState
from onboarding.checks.definition import Known, NotYet
from onboarding.models import Check
from onboarding.services import specifications
from portal.audit.services import record
from portal.probes.fence import Fence
from portal.probes.resolving import PublicResolver
from portal.vault import services as vault
from portal.vault.models import SealedSecret


class TaskMeans:
    """The means of one try, in the worker. A secret is opened for the moment, and goes nowhere but to its server."""

    def __init__(self, check: Check, known: Known) -> None:
        resolver = PublicResolver(tuple(settings.DNS_RESOLVERS))
        self.fence = Fence(never=tuple(settings.PROBE_NEVER), resolver=resolver)
        self.recipient = check.recipient
        self._check = check
        self._known = known

    def secret(self, reference: Mapping[str, str] | None) -> str:
        """Raises a `VaultError`, or `SealedSecret.DoesNotExist`."""
        if not reference:
            return ""
        sealed = SealedSecret.objects.select_related("customer").get(
            pk=reference["secret"], customer=self._check.customer_id
        )
        with transaction.atomic():
            after = {"secret": sealed.pk, "purpose": sealed.purpose}
            record("check.secret_opened", self._check, by=None, customer=self._check.customer, after=after)
        return vault.unseal(sealed)

    def account(self, account_id: str, region: str) -> Account:
        account = AwsAccount.objects.filter(customer=self._check.customer_id, account_id=account_id).first()
        if account is None:
            raise NotYet(
                f"There is no external ID for account {account_id} yet, so no role can let us in.",
                "Correct the account ID, or save the section again.",
            )
        return cloud.entered(account, region)

    def planned(self, pointer: str) -> Spec | None:
        """None as well where the environment stands already: what it needs is then in use."""
        onboarding, row = self._check.section.onboarding, self._known.environments()[int(pointer.rpartition("/")[2])]
        stands = Run.objects.filter(environment__onboardings=onboarding, environment__name=row["name"])
        if stands.filter(state=RunState.FINISHED).exists():
            return None
        answers = {key: dict(given) for key, given in self._known.answers.items()}
        return Spec.of(specifications.provisional(onboarding, dict(row), answers))
