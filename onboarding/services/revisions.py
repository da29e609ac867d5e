"""How a section is held, compared with what the caller read, and written: the same for answering and for judging."""

from onboarding.models import Onboarding, Section
from onboarding.services import onboardings
from onboarding.states import Stage
from portal.core.errors import Conflict, Stale


def lock(section: Section) -> None:
    """Hold onboarding and section until the transaction ends and read them afresh.

    Raises `Conflict` when the onboarding is over.
    """
    onboardings.lock(section.onboarding)
    require_open(section.onboarding)
    section.refresh_from_db(
        from_queryset=Section.objects.select_for_update(of=("self",)).select_related("onboarding", "customer")
    )


def require_open(onboarding: Onboarding) -> None:
    if onboarding.stage == Stage.CANCELLED:
        raise Conflict("This onboarding is cancelled: its answers can be read, not changed.")


def require(section: Section, revision: int) -> None:
    """Raise `Stale`, with the stored answers, when the section has another revision than the caller read."""
    if revision != section.revision:
        who = section.edited_by or "Somebody else"
        message = f"{who} changed this section since you opened it."
        raise Stale(message, revision=section.revision, current=section.answers)


def write(section: Section, *, state: str, fields: list[str] | None = None) -> None:
    """Write the section under its next revision."""
    section.state, section.revision = state, section.revision + 1
    section.save(update_fields=["state", "revision", *(fields or [])])
