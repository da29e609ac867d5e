"""The backup policy an environment follows."""

from django.db import transaction

from backups.models import BackupPolicy
from environments.models import Specification
from environments.states import EnvironmentKind
from portal.audit.services import record

_FIELDS = ("frequency", "disaster_recovery", "dr_region", "archive_to_glacier")


def adopt(specification: Specification) -> BackupPolicy | None:
    """The environment follows the policy of its newest specification; a non-production one has none (row S41).

    What a drill measured stays. Returns the policy, or None for non-production.
    """
    environment, answers = specification.environment, specification.content["backup"]
    with transaction.atomic():
        policy = BackupPolicy.objects.select_for_update().filter(environment=environment).first()
        if environment.kind != EnvironmentKind.PRODUCTION:
            if policy:
                policy.delete()
            return None
        policy = policy or BackupPolicy(customer=environment.customer, environment=environment)
        known = not policy._state.adding
        before = {field: getattr(policy, field) for field in _FIELDS} if known else {}
        after = {
            "frequency": answers["frequency"],
            "disaster_recovery": answers["disaster_recovery"],
            "dr_region": answers.get("dr_region", ""),
            "archive_to_glacier": answers["archive_to_glacier"],
        }
        if before != after:
            for field, value in after.items():
                setattr(policy, field, value)
            policy.save()
            record("backup_policy.adopted", policy, by=None, customer=policy.customer, before=before, after=after)
    return policy
