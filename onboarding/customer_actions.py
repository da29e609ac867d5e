"""What only the customer can do, and until when."""

from dataclasses import dataclass
from datetime import datetime

from django.db.models import QuerySet

from environments.models import Environment, RunStep
from onboarding import selectors
from onboarding.models import HandOver, Onboarding, Section
from onboarding.states import HandOverState, SectionState, Stage
from portal.accounts.models import User


@dataclass(frozen=True, slots=True)
class CustomerAction:
    """One thing only the customer can do. `due_at` is when waiting ends; None where nothing expires."""

    kind: str
    title: str
    reason: str
    onboarding: Onboarding | None
    environment: Environment | None
    since: datetime | None
    due_at: datetime | None
    url_name: str
    args: tuple[str, ...]
    step: RunStep | None = None
    section: Section | None = None


def of(user: User) -> list[CustomerAction]:
    """Return what waits for the customer, the nearest deadline first. Three statements, however many there are."""
    actions = [
        *(_from_step(step) for step in selectors.waiting_steps(user)),
        *(_from_section(section) for section in _returned(user)),
        *(_from_hand_over(hand_over) for hand_over in _released(user)),
    ]
    return sorted(actions, key=lambda action: (action.due_at is None, action.due_at or action.since))


def _returned(user: User) -> QuerySet[Section]:
    returned = selectors.sections(user).filter(state=SectionState.CHANGES_REQUESTED)
    return returned.exclude(onboarding__stage=Stage.CANCELLED)


def _released(user: User) -> QuerySet[HandOver]:
    return selectors.hand_overs(user).filter(state__in=(HandOverState.RELEASED, HandOverState.REVEALED))


def _from_step(step: RunStep) -> CustomerAction:
    return CustomerAction(
        kind=step.key,
        title=_STEP_TITLES.get(step.key, step.reason),
        reason=step.reason,
        onboarding=None,
        environment=step.run.environment,
        since=step.waiting_since,
        due_at=step.give_up_at,
        url_name="environment",
        args=(step.run.environment_id,),
        step=step,
    )


_STEP_TITLES = {
    "peering_acceptance": "Accept the peering request",
    "customer_access": "Let the provider's role into your AWS account",
    "mail_records": "Publish the records of your mail domain",
    "certificate": "Publish the record of your certificate",
    "alert_recipients": "Have everybody named confirm that alerts reach them",
    "vpn_tunnels": "Configure your VPN router",
    "direct_connect": "Get the Direct Connect line done",
}


def _from_section(section: Section) -> CustomerAction:
    review = selectors.latest_review(section)
    return CustomerAction(
        kind="changes_requested",
        title=f"Change: {selectors.title_of(section)}",
        reason=review.reason if review else "",
        onboarding=section.onboarding,
        environment=None,
        since=review.created_at if review else section.edited_at,
        due_at=None,
        url_name="section",
        args=(section.onboarding_id, section.key),
        section=section,
    )


def _from_hand_over(hand_over: HandOver) -> CustomerAction:
    revealed = hand_over.state == HandOverState.REVEALED
    return CustomerAction(
        kind="hand_over",
        title="Confirm that you stored the credentials" if revealed else "Reveal the credentials",
        reason=f"{hand_over.recipient} receives the credentials of {hand_over.environment.name}.",
        onboarding=None,
        environment=hand_over.environment,
        since=hand_over.released_at,
        due_at=None if revealed else hand_over.expires_at,
        url_name="hand_over",
        args=(hand_over.pk,),
    )
