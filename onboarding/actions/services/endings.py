"""How a request that is no longer owed has ended, and why, in a sentence."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from environments.models import ChecklistItem, Milestone, RunStep
from environments.provisioning.steps import BY_KEY as STEPS
from environments.provisioning.steps import direct_connect
from environments.states import ItemState, RunState, StepState
from onboarding.actions import selectors
from onboarding.actions.kinds import STEP_KINDS
from onboarding.actions.models import CustomerAction
from onboarding.actions.services import losses
from onboarding.models import HandOver
from onboarding.states import HandOverState, SectionState, Stage
from portal.core import clock

FINISH, EXPIRE, REJECT, WITHDRAW = "finish", "expire", "reject", "withdraw"
_TIME_RAN_OUT = frozenset({"overdue", "peering_expired"})
_GONE, _REJECTED = "peering_gone", "peering_rejected"
_LINE = direct_connect.DirectConnect.key
_SUBMITTED = (SectionState.SUBMITTED, SectionState.APPROVED)
_SIGNED = (ItemState.GREEN, ItemState.SIGNED)
_UNSEEN = (
    "Its time ran out while the run stood still, and AWS waits for nobody. Whether it was done before that is seen once the "
    "run goes on."
)
_NOT_THEIRS = "Something else is missing first, which is not yours to mend."


@dataclass(frozen=True, slots=True)
class Ending:
    """What moves the row (an act of `states.ACTIONS`), and the sentence for its history."""

    act: str
    because: str


@dataclass(slots=True)
class Endings:
    """The ends of these rows, read in at most five statements. Rows come with their `step__run` and `section`."""

    rows: Iterable[CustomerAction]
    _hand_overs: dict[str, HandOver] = field(init=False)
    _items: dict[str, ChecklistItem] = field(init=False)
    _red: set[losses.Place] = field(init=False)
    _at_work: dict[losses.Place, str] = field(init=False)
    _milestones: set[tuple[str, str]] = field(init=False)

    def __post_init__(self) -> None:
        handed = [row.subject for row in self.rows if row.kind == "hand_over"]
        signed = [row.subject for row in self.rows if _is_of_item(row)]
        self._hand_overs = HandOver.objects.select_related("recipient").in_bulk(handed) if handed else {}
        self._items = ChecklistItem.objects.select_related("signed_by").in_bulk(signed) if signed else {}
        lost = {row.environment_id for row in self.rows if row.is_of_loss and row.environment_id}
        self._red = losses.red_places(lost) if lost else set()
        self._at_work = losses.states_at_work(lost) if lost else {}
        lines = {row.environment_id for row in self.rows if row.kind == _LINE}
        reached = Milestone.objects.filter(environment__in=lines).values_list("environment", "key") if lines else ()
        self._milestones = set(reached)

    def of(self, row: CustomerAction, stage: str) -> Ending | None:
        """Return how this row ended; None while that is not known yet, as while AWS is at it. `stage`: the onboarding's."""
        if stage == Stage.CANCELLED:
            return Ending(WITHDRAW, "The onboarding was cancelled.")
        if row.section:
            return _of_section(row)
        if row.kind == "hand_over":
            return _of_hand_over(self._hand_overs.get(row.subject))
        if row.kind == _LINE and (ending := self._of_milestone(row)):
            return ending
        if row.kind == "lost_item":
            return _of_lost_item(self._items.get(row.subject))
        if row.is_of_loss:
            return self._of_loss(row)
        return _of_item(self._items.get(row.subject)) if _is_of_item(row) else _of_step(row)

    def _of_milestone(self, row: CustomerAction) -> Ending | None:
        """Each is asked for by itself: it ends as soon as another one is waited for."""
        environment, *_, key = row.subject.split(":")
        if (environment, key) in self._milestones:
            return Ending(FINISH, f"Recorded: {direct_connect.BY_KEY[key].title}.")
        is_another = row.step is not None and row.step.state == StepState.WAITING
        return Ending(WITHDRAW, "Another milestone comes first.") if is_another else None

    def _of_loss(self, row: CustomerAction) -> Ending | None:
        """It is back where nothing red asks for it, or a run has brought it about; a run that is at it has the word."""
        environment, key = row.subject.split(":")[:2]
        state = self._at_work.get((environment, key))
        if (environment, key) not in self._red or state == StepState.READY:
            return Ending(FINISH, f"{STEPS[key].done}.")
        return Ending(WITHDRAW, _NOT_THEIRS) if state is None else None


def _is_of_item(row: CustomerAction) -> bool:
    return ":" not in row.subject and row.section_id is None and row.kind not in STEP_KINDS | {"hand_over"}


def _of_section(row: CustomerAction) -> Ending:
    submitted = row.section is not None and row.section.state in _SUBMITTED
    return Ending(FINISH, "The section was submitted again.") if submitted else Ending(WITHDRAW, "It was opened again.")


def _of_hand_over(hand_over: HandOver | None) -> Ending:
    if hand_over and hand_over.state == HandOverState.ACKNOWLEDGED:
        return Ending(FINISH, f"{hand_over.recipient} confirmed that the credentials are stored.")
    if hand_over and hand_over.state == HandOverState.EXPIRED:
        return Ending(EXPIRE, "Nobody revealed the credentials in time.")
    return Ending(WITHDRAW, "The hand-over was withdrawn.")


def _of_item(item: ChecklistItem | None) -> Ending:
    if item and item.state in _SIGNED:
        return Ending(FINISH, f"{item.signed_by} signed it." if item.signed_by else "It is signed.")
    return Ending(WITHDRAW, "The checklist no longer asks for it.")


def _of_lost_item(item: ChecklistItem | None) -> Ending:
    if item and item.state == ItemState.GREEN:
        return Ending(FINISH, "It is true again.")
    return Ending(WITHDRAW, _NOT_THEIRS if item else "The checklist no longer asks for it.")


def _of_step(row: CustomerAction) -> Ending | None:
    step = row.step
    if step is None or step.run.state == RunState.CANCELLED:
        return Ending(WITHDRAW, "The run that asked for it was cancelled.")
    if step.state == StepState.READY:
        return Ending(FINISH, f"{STEPS[step.key].done}.")
    if step.state == StepState.FAILED:
        return Ending(_act_of_stop(row, step), _why(step))
    return Ending(EXPIRE, _UNSEEN) if selectors.is_held(row) and _is_past(row) else None


def _act_of_stop(row: CustomerAction, step: RunStep) -> str:
    code = step.error.get("code", "")
    if code in _TIME_RAN_OUT or (code == _GONE and _is_past(row)):
        return EXPIRE
    return REJECT if code == _REJECTED else WITHDRAW


def _is_past(row: CustomerAction) -> bool:
    return row.due_at is not None and row.due_at <= clock.now()


def _why(step: RunStep) -> str:
    return str(step.error.get("message") or "The step that asked for it stopped.")
