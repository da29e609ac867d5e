"""A plan as its page tells it: step by step, resource by resource, with whom it waits for and what it takes."""

from collections import Counter
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.utils.dateparse import parse_date

from environments.models import Plan
from environments.provisioning.plan import BLOCKED, WAIT
from environments.provisioning.step import ADOPT, CHANGE, CREATE, KEEP, REMOVE
from environments.provisioning.steps import BY_KEY
from environments.services import adoptions, stand_in
from environments.states import REMOVING, PlanPurpose, PlanState
from environments.views.steps import owner_name
from environments.views.words import kind_words
from portal.ui.drawings.gantt import duration

# How each action is told: its word, hue and shape. The shape is the sign that stands for it beside the colour.
ACTIONS: dict[str, dict[str, str]] = {
    CREATE: {"word": "Create", "hue": "done", "shape": "plus"},
    CHANGE: {"word": "Change", "hue": "you", "shape": "pencil"},
    REMOVE: {"word": "Remove", "hue": "stop", "shape": "trash"},
    KEEP: {"word": "Keep", "hue": "idle", "shape": "tick"},
    ADOPT: {"word": "Adopt", "hue": "work", "shape": "person"},
    WAIT: {"word": "Wait", "hue": "you", "shape": "clock"},
    BLOCKED: {"word": "Blocked", "hue": "stop", "shape": "octagon"},
}
_STAYS = {"word": "Stays", "hue": "idle", "shape": "lock"}
_NOTHING_TO_DO = {"word": "Nothing to do", "hue": "idle", "shape": "dash"}
# How a check for drift tells each: it finds, where a plan would do.
_FOUND: dict[str, dict[str, str]] = {
    CREATE: {"word": "Missing", "hue": "stop", "shape": "minus"},
    CHANGE: {"word": "Differs", "hue": "you", "shape": "pencil"},
    REMOVE: {"word": "Not wanted", "hue": "you", "shape": "trash"},
    WAIT: {"word": "Not done", "hue": "you", "shape": "clock"},
    BLOCKED: ACTIONS[BLOCKED],
}
_NOT_COMPARED = {"word": "Not compared", "hue": "idle", "shape": "help"}
_OF_RESOURCES = (CREATE, CHANGE, REMOVE, ADOPT, KEEP)
TITLES = {
    PlanPurpose.PROVISION: "Plan",
    PlanPurpose.TEAR_DOWN: "Plan to tear down",
    PlanPurpose.RESET: "Plan to reset",
}


@dataclass(frozen=True, slots=True)
class ChangeLine:
    """What would happen to one resource. `attributes`: what it is to be like, in words. `may_adopt`: a person may decide to use
    it instead of a new one."""

    action: str
    kind: str
    name: str
    aws_id: str
    differences: Sequence[str]
    attributes: str = ""
    is_adopted: bool = False
    may_adopt: bool = False

    @property
    def look(self) -> dict[str, str]:
        return ACTIONS[self.action]

    @property
    def found(self) -> dict[str, str]:
        """Return how a check for drift tells it."""
        return _FOUND.get(self.action, ACTIONS[self.action])


@dataclass(frozen=True, slots=True)
class Row:
    """One step. `removes`: it takes away what the step made; `stays`: that has to be kept. `is_open`: something about it has to
    be read before the plan is approved. `simulated` is what is not real about it here."""

    key: str
    title: str
    action: str
    changes: Sequence[ChangeLine]
    notes: Sequence[str]
    waits_for: str
    reason: str
    remedy: str
    removes: bool
    stays: bool
    was_looked_at: bool
    simulated: str

    @property
    def look(self) -> dict[str, str]:
        if self.removes and self.action == KEEP:
            return _STAYS if self.stays else _NOTHING_TO_DO
        return ACTIONS[self.action]

    @property
    def found(self) -> dict[str, str]:
        """Return how a check for drift tells it: where AWS could not be asked, nothing is known."""
        return _FOUND.get(self.action, ACTIONS[self.action]) if self.was_looked_at else _NOT_COMPARED

    @property
    def is_open(self) -> bool:
        return self.action in (BLOCKED, CHANGE) or any(one.differences for one in self.changes)

    @property
    def brief(self) -> str:
        """Return its resources in short: `2 to create, 1 to keep`."""
        counts = Counter(one.action for one in self.changes)
        told = (f"{counts[action]} to {action}" for action in _OF_RESOURCES if counts[action])
        return ", ".join(told)


def rows(plan: Plan, adopted: Collection[str]) -> list[Row]:
    """Return the steps, the blocked ones first. `adopted` holds the AWS ids that somebody decided to use."""
    offered = {found["aws_id"] for found in adoptions.adoptable(plan)} if plan.state == PlanState.BLOCKED else set()
    return rows_of(plan.findings, plan.environment.customer.name, adopted, offered)


def rows_of(
    findings: Iterable[dict[str, Any]], customer: str, adopted: Collection[str] = (), offered: Collection[str] = ()
) -> list[Row]:
    """Return the findings of a plan, or of a check for drift. `offered`: the AWS ids that may be adopted."""
    found = [_row(finding, customer, adopted, offered) for finding in findings]
    return sorted(found, key=lambda row: row.action != BLOCKED)


def _row(finding: dict[str, Any], customer: str, adopted: Collection[str], offered: Collection[str]) -> Row:
    told = finding.get("details") or []
    changes = [_change(change, told, adopted, offered) for change in finding.get("changes") or ()]
    waits_for = finding.get("waits_for") or ""
    return Row(
        key=finding["step"],
        title=finding["title"],
        action=finding["action"],
        changes=changes,
        notes=_notes(finding, changes),
        waits_for=owner_name(waits_for, customer) if waits_for else "",
        reason=finding.get("reason") or "",
        remedy=finding.get("remedy") or "",
        removes=bool(finding.get("removes")),
        stays=bool(_remains(finding)),
        was_looked_at=finding.get("looked", True),
        simulated="" if finding.get("removes") else stand_in.simulated(finding["step"]),
    )


def _change(
    change: dict[str, Any], told: Sequence[str], adopted: Collection[str], offered: Collection[str]
) -> ChangeLine:
    return ChangeLine(
        action=change["action"],
        kind=kind_words(change["kind"]),
        name=change["name"],
        aws_id=change["aws_id"],
        differences=change["differences"],
        attributes=_attributes(change, told) if change["action"] == CREATE else "",
        is_adopted=change["aws_id"] in adopted,
        may_adopt=change["aws_id"] in offered,
    )


def _sentence_start(change: dict[str, Any]) -> str:
    """Return how `step.described` begins the sentence about a resource."""
    kind = change["kind"].replace("_", " ")
    return f"{kind[:1].upper()}{kind[1:]} {change['name']}"


def _attributes(change: dict[str, Any], told: Sequence[str]) -> str:
    start = f"{_sentence_start(change)} ("
    return next((one[len(start) : -1] for one in told if one.startswith(start) and one.endswith(")")), "")


def _remains(finding: dict[str, Any]) -> str:
    """Return why what the step made stays when it is taken away, empty where it goes."""
    step = BY_KEY.get(finding["step"])
    return step.remains if step and finding.get("removes") else ""


def _notes(finding: dict[str, Any], changes: Sequence[ChangeLine]) -> list[str]:
    """Return the sentences that say more than the lines of the resources do."""
    if finding.get("removes"):
        if finding["action"] != KEEP:
            return []
        return [_remains(finding) or "It goes with what it belongs to, or is gone already."]
    if any(one.differences or one.action != CHANGE for one in changes) and finding["action"] == CHANGE:
        return []
    starts = tuple(_sentence_start(change) for change in finding.get("changes") or ())
    return [one for one in finding.get("details") or () if not (starts and one.startswith(starts))]


def resource_counts(plan: Plan, rows: Iterable[Row]) -> list[tuple[dict[str, str], int]]:
    """Return how many resources would be created, changed, removed and kept. Those to be adopted, and those of a tear-down, are
    told only where there are any."""
    counts = Counter(change.action for row in rows for change in row.changes)
    always = () if plan.purpose in REMOVING else (CREATE, CHANGE, REMOVE, KEEP)
    return [(ACTIONS[one], counts[one]) for one in _OF_RESOURCES if counts[one] or one in always]


def step_counts(rows: Sequence[Row]) -> dict[str, int]:
    """Return how many steps there are, are blocked, wait for somebody, and stay as they are."""
    counts = Counter(row.action for row in rows)
    waiting = sum(bool(row.waits_for) for row in rows)
    return {"all": len(rows), "blocked": counts[BLOCKED], "waiting": waiting, "kept": counts[KEEP]}


def awaited(rows: Iterable[Row]) -> list[tuple[str, list[Row]]]:
    """Return under each name the steps that wait for them."""
    found: dict[str, list[Row]] = {}
    for row in rows:
        if row.waits_for:
            found.setdefault(row.waits_for, []).append(row)
    return list(found.items())


def estimate(plan: Plan) -> dict[str, Any]:
    """Return time and money of a plan in words; empty where it was not estimated. What a tear-down saves is not known."""
    known = plan.estimate
    if not known:
        return {}
    return {
        "time": duration(timedelta(seconds=known["seconds"])) if known["seconds"] else "",
        "measured": known["measured_steps"],
        "steps": len(plan.findings),
        "monthly": f"{known['monthly_usd']:,.2f}" if plan.purpose not in REMOVING else "",
        "added": f"{known['added_usd']:,.2f}",
        "prices_as_of": parse_date(known["prices_as_of"]),
    }
