"""What a person may see of backups."""

from django.db.models import QuerySet

from backups.models import BackupPolicy
from environments.models import Environment
from portal.accounts.models import User
from portal.core.errors import NotFound


def policies(user: User) -> QuerySet[BackupPolicy]:
    rows: QuerySet[BackupPolicy] = BackupPolicy.objects.visible_to(user)
    return rows.select_related("environment").order_by("-id")


def policy_by_id(user: User, id: str) -> BackupPolicy:
    found = policies(user).filter(pk=id).first()
    if found is None:
        raise NotFound
    return found


def policy(user: User, environment: Environment) -> BackupPolicy | None:
    """Return the environment's policy; None where nothing is backed up, or the person may not see it."""
    return BackupPolicy.objects.visible_to(user).filter(environment=environment).first()
