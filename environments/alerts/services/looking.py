"""Having the checklist judged anew: a test alert proves something only beside what stands in AWS."""

from environments.models import Environment
from portal.core import clock, queue


def ask(environment: Environment) -> None:
    """Have AWS observed and the items computed from that. Call it in the transaction of what changed."""
    Environment.objects.filter(pk=environment.pk).update(check_requested_at=clock.now())
    queue.enqueue("environments.verify", environment=environment.pk)
