"""What the API says and takes about answers that come as a file or from an earlier onboarding."""

from dataclasses import dataclass, field
from typing import Any

from rest_framework import serializers

from onboarding.files import JSON, YAML
from onboarding.files.reading import LARGEST_BYTES
from onboarding.sections import SECTIONS
from onboarding.services.bringing_in import Outcome, SectionChange
from onboarding.services.intake_files import Remark
from portal.core.inputs import FlagInput, Input, ObjectInput, TextInput
from portal.core.rest import Output


@dataclass(frozen=True, slots=True)
class Written:
    """A file as it was written: its format and its text."""

    format: str
    text: str


class AnswersFileOutput(Output):
    """The whole intake as one file: `file` is its text. Secrets are left out; `{stored: day}` says that one is kept."""

    format = serializers.ChoiceField([YAML, JSON])
    file = serializers.CharField()

    @staticmethod
    def render(row: Written) -> dict[str, Any]:
        return {"format": row.format, "file": row.text}


class AnswersFileInput(Input):
    """`file` is the text of a file. `revisions` are those that the dry run named, of every section that changes."""

    file = TextInput("the text of the file", max_length=LARGEST_BYTES)
    dry_run = FlagInput("whether nothing shall be saved", required=False, default=False)
    revisions = ObjectInput("the revisions that the dry run named", required=False, default=dict)
    withdraw = FlagInput("whether submitted sections are withdrawn", required=False, default=False)


class CopyInput(Input):
    """`environments`: take over what holds for one environment only, too: AWS account, VPC, CIDR blocks."""

    onboarding = TextInput("the earlier onboarding's id", max_length=64)
    environments = FlagInput("whether what is bound to environments is copied", required=False, default=False)
    dry_run = FlagInput("whether nothing shall be saved", required=False, default=False)


class AnswerDifference(serializers.Serializer):
    """One answer that is not the same afterwards; `pointer` leads into the section's answers."""

    pointer = serializers.CharField()
    label = serializers.CharField()  # type: ignore[assignment]
    old = serializers.CharField()
    new = serializers.CharField()


class SectionChangeOutput(serializers.Serializer):
    """What became of one section, or would. `left`: not touched, `note` says why. `refused`: see `problems`."""

    key = serializers.ChoiceField([section.key for section in SECTIONS])
    title = serializers.CharField()
    outcome = serializers.ChoiceField([outcome.value for outcome in Outcome])
    revision = serializers.IntegerField()
    note = serializers.CharField()
    differences = AnswerDifference(many=True)
    missing = serializers.IntegerField()
    to_find_out = serializers.IntegerField()


class FileProblem(serializers.Serializer):
    """What is wrong at one place. `line` counts from 1, null where it is about the whole. `refused`: nothing can be saved
    before it is mended; otherwise the draft keeps it, and it stands against submitting."""

    line = serializers.IntegerField(allow_null=True)
    pointer = serializers.CharField(allow_blank=True)
    code = serializers.CharField()
    message = serializers.CharField()
    refused = serializers.BooleanField()


@dataclass(frozen=True, slots=True)
class Changes:
    """What was done, or would be."""

    applied: bool
    sections: list[SectionChange]
    refused: list[Remark] = field(default_factory=list)
    remarks: list[Remark] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)


class ChangesOutput(Output):
    """What changed, or would in a dry run: section by section, with what is wrong and where."""

    applied = serializers.BooleanField()
    sections = SectionChangeOutput(many=True)
    problems = FileProblem(many=True)
    notes = serializers.ListField(child=serializers.CharField())

    @staticmethod
    def render(row: Changes) -> dict[str, Any]:
        return {
            "applied": row.applied,
            "sections": [_section(change) for change in row.sections],
            "problems": [
                *(_problem(remark, refused=True) for remark in row.refused),
                *(_problem(remark, refused=False) for remark in row.remarks),
            ],
            "notes": row.notes,
        }


def _section(change: SectionChange) -> dict[str, Any]:
    return {
        "key": change.key,
        "title": change.title,
        "outcome": change.outcome.value,
        "revision": change.revision,
        "note": change.note,
        "differences": [
            {"pointer": f"/answers/{line.pointer}", "label": line.label, "old": line.old, "new": line.new}
            for line in change.differences
        ],
        "missing": change.missing,
        "to_find_out": change.to_find_out,
    }


def _problem(remark: Remark, *, refused: bool) -> dict[str, Any]:
    return {
        "line": remark.line,
        "pointer": f"/{remark.pointer}".rstrip("/"),
        "code": remark.code,
        "message": remark.message,
        "refused": refused,
    }
