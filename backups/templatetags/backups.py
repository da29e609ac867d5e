"""What other pages show of backups."""

from typing import Any

from django import template

from backups.models import BackupPolicy
from environments.models import Environment

register = template.Library()


@register.inclusion_tag("backups/panel.html")
def backup_panel(environment: Environment) -> dict[str, Any]:
    """How the environment is backed up, in words; non-production is not (row S41).

    The page that shows it has found the environment for its reader, who may then see its policy too.
    """
    return {"environment": environment, "policy": BackupPolicy.objects.filter(environment=environment).first()}
