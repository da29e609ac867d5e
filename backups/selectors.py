"""What a person may see of backups."""

from backups.models import BackupPolicy
from environments.models import Environment
from portal.accounts.models import User


def policy(user: User, environment: Environment) -> BackupPolicy | None:
    """Return the environment's policy; None where nothing is backed up, or the person may not see it."""
    return BackupPolicy.objects.visible_to(user).filter(environment=environment).first()
