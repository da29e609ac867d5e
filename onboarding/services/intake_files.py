"""The whole intake as one file: written for whoever edits it, and brought in again after a look at what would change."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from difflib import get_close_matches
from typing import Any

from django.db import transaction

from onboarding import suggesting
from onboarding.files import FORMAT, JSON, writing
from onboarding.files.reading import Document, Unreadable, read
from onboarding.models import Onboarding
from onboarding.sections import SECTIONS, definition
from onboarding.services import bringing_in
from onboarding.services.bringing_in import SECRET, Outcome, SectionChange, Wish
from portal.accounts.models import User
from portal.audit.services import record
from portal.core import clock
from portal.core.errors import FieldProblem, Invalid

_KEYS = ("format", "onboarding", "revisions", "answers")
_SECTION_KEYS = tuple(section.key for section in SECTIONS)


@dataclass(frozen=True, slots=True)
class Remark:
    """What is to be said about one place of the file. `line` counts from 1; None where it is about the whole."""

    line: int | None
    pointer: str
    message: str
    code: str

    @property
    def words(self) -> str:
        return f"Line {self.line}: {self.message}" if self.line else self.message


@dataclass(slots=True)
class Report:
    """What a file changes, or would. While something is `refused`, nothing of it is saved; `remarks` are for the drafts."""

    sections: list[SectionChange] = field(default_factory=list)
    refused: list[Remark] = field(default_factory=list)
    remarks: list[Remark] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)

    @property
    def changed(self) -> list[SectionChange]:
        return [section for section in self.sections if section.outcome == Outcome.CHANGED]

    @property
    def applicable(self) -> bool:
        return not self.refused and bool(self.changed)

    @property
    def revisions(self) -> dict[str, int]:
        return {section.key: section.revision for section in self.sections}

    @property
    def holds_secret(self) -> bool:
        return any(remark.code == SECRET for remark in self.refused)


def write(onboarding: Onboarding, format: str) -> str:
    """Return the answers of an onboarding that came from `selectors.onboarding`, as YAML or JSON."""
    rows = [(definition(row.key), row.answers, row.revision) for row in onboarding.sections.all()]
    file = writing.content(onboarding.reference, rows)
    if format == JSON:
        return writing.as_json(file)
    suggested = suggesting.of(onboarding, onboarding.sections.all())
    return writing.as_yaml(file, SECTIONS, suggested, heading=_heading(onboarding))


def _heading(onboarding: Onboarding) -> str:
    return (
        f"Answers of {onboarding.reference}, {onboarding.title}. Written {clock.now():%d %B %Y, %H:%M} UTC.\n"
        "Edit, and bring the file in again: the portal shows first what would change.\n"
        "Passwords are left out; “stored” says that one is kept. Enter a new one on its page.\n"
        "What you cannot answer yet goes into a list called unknown, beside the answers: unknown: [zone]"
    )


def preview(onboarding: Onboarding, text: str, *, by: User, withdraw: bool = False) -> Report:
    """Return what bringing this file in would change. Nothing is. Raises `Forbidden` and `Conflict`."""
    with transaction.atomic():
        report = _bring_in(onboarding, text, None, by=by, withdraw=withdraw)
        transaction.set_rollback(True)
    onboarding.refresh_from_db()
    return report


def apply(
    onboarding: Onboarding, text: str, *, revisions: Mapping[str, int], by: User, withdraw: bool = False
) -> Report:
    """The sections that the file changes are drafts with its answers, or nothing is changed.

    `revisions` are those that the preview named. Raises `Invalid` with every line that cannot be saved, and whatever
    `bringing_in.bring_in` raises.
    """
    with transaction.atomic():
        report = _bring_in(onboarding, text, revisions, by=by, withdraw=withdraw)
        if report.refused:
            raise Invalid([FieldProblem("file", remark.words, remark.code) for remark in report.refused])
        if report.changed:
            after = {"sections": [section.key for section in report.changed]}
            record("onboarding.answers_imported", onboarding, by=by, customer=onboarding.customer, after=after)
    return report


def _bring_in(
    onboarding: Onboarding, text: str, revisions: Mapping[str, int] | None, *, by: User, withdraw: bool
) -> Report:
    report = Report()
    try:
        document = read(text)
    except Unreadable as error:
        report.refused = [Remark(error.line, "", error.message, "unreadable")]
        document = Document({"answers": {}}, {})
    report.refused += _misplaced(document)
    file = document.value if isinstance(document.value, dict) else {}
    given: dict[str, Any] = file["answers"] if isinstance(file.get("answers"), dict) else {}
    report.sections = bringing_in.bring_in(onboarding, Wish(given, revisions, withdraw), by=by)
    for section in report.sections:
        remarks = [_remark(document, section, problem) for problem in section.problems]
        (report.refused if section.outcome == Outcome.REFUSED else report.remarks).extend(remarks)
    report.notes = list(_notes(onboarding, file, report))
    return report


def _misplaced(document: Document) -> list[Remark]:
    """Return what is wrong with the file as such, before any answer is looked at."""
    file = document.value
    if not isinstance(file, dict) or not isinstance(file.get("answers"), dict):
        message = "The file must hold “answers:” with the sections below it. Export one to see its form."
        return [Remark(document.line("answers"), "answers", message, "wrong_type")]
    remarks = [_strange(document, key, key, _KEYS, "key") for key in file if key not in _KEYS]
    remarks += [
        _strange(document, f"answers/{key}", key, _SECTION_KEYS, "section")
        for key in file["answers"]
        if key not in _SECTION_KEYS
    ]
    if file.get("format", FORMAT) != FORMAT:
        message = f"This is no file of the form {FORMAT}. Export one to see its form."
        remarks.append(Remark(document.line("format"), "format", message, "unknown_format"))
    return remarks


def _strange(document: Document, pointer: str, key: str, known: tuple[str, ...], noun: str) -> Remark:
    near = get_close_matches(key, known, 1)
    remedy = f"Did you mean “{near[0]}”?" if near else f"Use: {', '.join(known)}."
    message = f"There is no {noun} “{key[:40]}”. {remedy}"
    return Remark(document.line(pointer), pointer, message, "unknown_field")


def _remark(document: Document, section: SectionChange, problem: FieldProblem) -> Remark:
    pointer = f"answers/{section.key}/{problem.pointer}".rstrip("/")
    return Remark(document.line(pointer), pointer, f"{section.title}: {problem.message}", problem.code)


def _notes(onboarding: Onboarding, file: Mapping[str, Any], report: Report) -> list[str]:
    notes = []
    written_for = file.get("onboarding", onboarding.reference)
    if written_for != onboarding.reference:
        notes.append(f"This file was written for {str(written_for)[:40]}, and this is {onboarding.reference}.")
    seen = file.get("revisions")
    if isinstance(seen, dict) and written_for == onboarding.reference:
        newer = [
            section.title for section in report.changed if seen.get(section.key, section.revision) != section.revision
        ]
        if newer:
            notes.append(f"Changed here since the file was written: {', '.join(newer)}. The file would undo that.")
    return notes
