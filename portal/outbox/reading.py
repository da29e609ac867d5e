"""What a person did with their own notices. Nobody else is concerned, so nothing of it is on the audit record."""

from portal.accounts.models import User
from portal.core import clock
from portal.outbox.models import Notice


def read(notice: Notice) -> Notice:
    """Mark the notice read, if it is not yet."""
    if notice.read_at is None:
        Notice.objects.filter(pk=notice.pk).unread().update(read_at=clock.now())
        notice.refresh_from_db(fields=["read_at"])
    return notice


def read_all(person: User) -> int:
    """Mark everything read that this person sees; return how many were not."""
    return Notice.objects.visible_to(person).unread().update(read_at=clock.now())
