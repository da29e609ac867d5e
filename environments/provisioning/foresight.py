"""Looking ahead: what stood when the last run ended most likely stands still, so it is looked at before its turn.

A step may start when its requirements are ready, and an unchanged environment would be proven along the longest chain of
requirements. What an earlier run told of the requirements is enough to look, though not to act: the look counts when its turn
has come and the requirements turn out to be what they were, without anything having been changed for them meanwhile.
"""

from __future__ import annotations

import logging
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from environments.provisioning import graph
from environments.provisioning.attempt import PENDING, READY, StepRecord
from environments.provisioning.ports import LeaseLost
from environments.provisioning.removal import Removal
from environments.provisioning.step import Context, Ready, Step

log = logging.getLogger(__name__)

Outputs = Mapping[str, Mapping[str, Any]]


@dataclass(frozen=True, slots=True)
class Seen:
    """A step that is ready, seen ahead of its turn, and what its requirements were taken to have given."""

    step: Step
    given: Outputs
    ready: Ready


class Foresight:
    """What can be looked at ahead, and which of it counts. `known`: what each step gave when it was last ready."""

    def __init__(self, steps: Sequence[Step], known: Outputs) -> None:
        self._known = {step.key: known[step.key] for step in steps if step.key in known}
        self._steps = [step for step in steps if step.key in self._known and not isinstance(step, Removal)]
        self._access = [step.key for step in steps if step.key in graph.ACCESS]
        self._before = {step.key: graph.requirements(steps, step.key) for step in self._steps}
        self._asked: set[str] = set()
        self._seen: dict[str, Seen] = {}
        self._changed: set[str] = set()

    def worth(self, records: Mapping[str, StepRecord]) -> Iterator[tuple[Step, Outputs]]:
        """Yield each step that is to be looked at now, with what its requirements are taken to be. Each once."""
        if any(records[key].state != READY for key in self._access):
            return
        for step in self._steps:
            if step.key not in self._asked and self._can_be_asked(step, records):
                self._asked.add(step.key)
                yield step, self._taken(step, records)

    def note(self, seen: Seen) -> None:
        """Keep what a look has shown."""
        self._seen[seen.step.key] = seen

    def changed(self, key: str) -> None:
        """A step has changed something: nothing counts that was seen of what builds on it."""
        self._changed.add(key)

    def proven(self, records: Mapping[str, StepRecord]) -> list[Seen]:
        """Return what was seen of the steps whose turn has come and of which it counts. Each once."""
        found = [seen for seen in self._seen.values() if self._has_turn(seen.step, records)]
        for seen in found:
            del self._seen[seen.step.key]
        return [seen for seen in found if self._counts(seen, records)]

    def _can_be_asked(self, step: Step, records: Mapping[str, StepRecord]) -> bool:
        """Return whether it stood, has not had its turn, and all before it is known and not about to be made."""
        before = self._before[step.key]
        if records[step.key].state != PENDING or self._changed & before or self._has_turn(step, records):
            return False
        return not any(records[key].untouched for key in (step.key, *before)) and before <= set(self._known)

    def _has_turn(self, step: Step, records: Mapping[str, StepRecord]) -> bool:
        return all(records[key].state == READY for key in self._before[step.key])

    def _taken(self, step: Step, records: Mapping[str, StepRecord]) -> Outputs:
        return {
            key: records[key].outputs if records[key].state == READY else self._known[key]
            for key in self._before[step.key]
        }

    def _counts(self, seen: Seen, records: Mapping[str, StepRecord]) -> bool:
        before = self._before[seen.step.key]
        return not self._changed & before and all(records[key].outputs == seen.given[key] for key in before)


def look(step: Step, ctx: Context, given: Outputs) -> Seen | None:
    """Look at a step ahead of its turn. Only that it is ready is of use; whatever else is the matter, its turn will tell.
    Raises `LeaseLost`."""
    try:
        finding = step.observe(ctx)
    except LeaseLost:
        raise
    except Exception as error:  # noqa: BLE001 - it is met again when its turn has come, and told then
        log.info("looking ahead failed", extra={"step": step.key, "error": type(error).__name__})
        return None
    return Seen(step, given, finding) if isinstance(finding, Ready) else None
