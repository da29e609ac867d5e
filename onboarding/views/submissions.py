"""What a section's form sent, as the services take it."""

import json
from typing import Any

from django.http import QueryDict

from onboarding.models import Section
from onboarding.sections import definition, not_known
from onboarding.sections.definition import SectionDefinition
from onboarding.views import disputes
from onboarding.views.disputes import MINE, THEIRS
from portal.core.errors import FieldProblem

_ACTS = frozenset({"continue", "later", "submit", "add", "remove", "resolve"})


class Submission:
    """The answers, the revision they were based on and the button that was pressed.

    `act` is one of continue, later, submit, add, remove and resolve; `target` names the list or row an add or remove is
    about. `mine` is this person's version without secrets, as a draft would keep it. `undecided` names the choices between
    two versions that were not made.
    """

    def __init__(self, data: QueryDict, section: Section) -> None:
        self.section = section
        self.definition: SectionDefinition = definition(section.key)
        act, _, target = data.get("act", "continue").partition(":")
        self.act = act if act in _ACTS else "continue"
        self.target = target
        self.revision = number(data.get("revision", ""))
        self.base = _object(data.get("base", ""))
        self.undecided: list[FieldProblem] = []
        if self.act == "resolve":
            self.mine = self._as_draft(_object(data.get("mine", "")))
            self.answers = self._resolved(data)
        else:
            self.answers = self.definition.parse_form(_without_doubted(self._remaining(data)))
            self.mine = self._as_draft(self.answers)

    def _as_draft(self, answers: dict[str, Any]) -> dict[str, Any]:
        stored, _ = self.definition.clean({**answers, **dict.fromkeys(self.definition.secrets)})
        return stored

    def _remaining(self, data: QueryDict) -> QueryDict:
        """Return the input without the row or line that its remove button names."""
        if self.act != "remove":
            return data
        kept = data.copy()
        for name in [name for name in kept if name == self.target or name.startswith(f"{self.target}-")]:
            del kept[name]
        list_name, _, number = self.target.rpartition("-")
        values = kept.getlist(list_name)
        if number.isdigit() and int(number) < len(values):
            kept.setlist(list_name, [value for index, value in enumerate(values) if index != int(number)])
        self.target = list_name
        return kept

    def _resolved(self, data: QueryDict) -> dict[str, Any]:
        """Return what this person's choices make of the two versions."""
        stored = {key: value for key, value in self.section.answers.items() if key not in self.definition.secrets}
        for dispute in disputes.disputes(self.definition, stored, self.mine, self.base):
            if data.get(dispute.choice) not in (MINE, THEIRS):
                self.undecided.append(FieldProblem(dispute.choice, f"Select which version to keep: {dispute.label}"))
        places = disputes.places(self.definition, stored, self.mine, self.base)
        return disputes.resolved(stored, self.mine, [place for place in places if data.get(place.choice) == MINE])

    def without(self, pointers: list[str]) -> dict[str, Any]:
        """Return the answers with those at these places left as they are stored."""
        answers = json.loads(json.dumps(self.answers))
        for pointer in pointers:
            _restore(answers, self.section.answers, pointer.split("/"))
        return answers

    def shown(self) -> dict[str, Any]:
        """Return what the page shows again: everything as it was typed, except that no secret is ever sent back."""
        secrets = {key: self.section.answers.get(key) for key in self.definition.secrets}
        return {**self.answers, **secrets}


def _restore(answers: Any, stored: Any, path: list[str]) -> None:
    """Put what is stored at `path` into `answers`, or take away what cannot be kept where nothing is stored."""
    *parents, last = path
    for part in parents:
        answers, stored = _child(answers, part), _child(stored, part)
    if isinstance(answers, dict):
        before = _child(stored, last)
        answers.pop(last, None)
        if before is not None:
            answers[last] = before


def _child(container: Any, part: str) -> Any:
    if isinstance(container, dict):
        return container.get(part)
    if isinstance(container, list) and part.isdigit() and int(part) < len(container):
        return container[int(part)]
    return None


def _without_doubted(data: QueryDict) -> QueryDict:
    """Return the input without the suggestions of which somebody says that they do not know yet: else these would count as
    answered."""
    kept = data.copy()
    for name in data.getlist("suggested"):
        prefix, _, key = name.rpartition("-")
        if key in data.getlist(f"{prefix}-{not_known.KEY}" if prefix else not_known.KEY) and name in kept:
            del kept[name]
    return kept


def number(text: str) -> int:
    return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else -1


def _object(text: str) -> dict[str, Any]:
    try:
        found = json.loads(text)
    except ValueError:
        return {}
    return found if isinstance(found, dict) else {}
