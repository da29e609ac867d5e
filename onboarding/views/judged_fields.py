"""What a review said of the fields of a section's form: which are approved and closed, and what is asked of the others."""

from collections.abc import Iterable, Mapping
from dataclasses import replace

from onboarding import approvals
from onboarding.differences import Difference
from onboarding.models import Section, SectionReview
from onboarding.sections import definition
from onboarding.sections.definition import Entry
from onboarding.states import Verdict
from onboarding.views.fields import Field, Remark, Row


def marked(
    fields: Iterable[Field], section: Section, review: SectionReview | None, changed: Iterable[Difference]
) -> list[Field]:
    """Return the fields with the approved ones closed, and the reviewer's words above those to change, with the answer as
    it was reviewed where it is another one now."""
    asked = {entry.pointer.replace("/", "-"): entry for entry in definition(section.key).entries(section.answers)}
    holds, remarks = standing(section), _remarks(review, changed)
    approved = {name for name, entry in asked.items() if entry.pointer in holds}
    return [_marked(field, asked, approved, remarks) for field in fields]


def standing(section: Section) -> approvals.Approved:
    """Return the approvals that hold for the answers as they stand."""
    return approvals.standing(section.approved, approvals.digests(definition(section.key), section.answers))


def approved_answers(section: Section) -> list[Entry]:
    """Return what is approved, to choose from what is opened again."""
    holds = standing(section)
    return [entry for entry in definition(section.key).entries(section.answers) if entry.pointer in holds]


def _remarks(review: SectionReview | None, changed: Iterable[Difference]) -> dict[str, Remark]:
    if review is None or review.decision != SectionReview.Decision.CHANGES_REQUESTED:
        return {}
    lines = {line.pointer: line for line in changed}
    found = {}
    for one in review.judgements:
        if one["verdict"] == Verdict.CHANGE_REQUESTED:
            line = lines.get(one["pointer"])
            name = one["pointer"].replace("/", "-")
            old, new = (line.old, line.new) if line else ("", "")
            found[name] = Remark(one["reason"], review.judge, review.created_at, old, new)
    return found


def _marked(field: Field, asked: Mapping[str, Entry], approved: set[str], remarks: Mapping[str, Remark]) -> Field:
    rows = [_row(row, asked, approved, remarks) for row in field.rows]
    return replace(
        field,
        rows=rows,
        approved=asked[field.name].value if field.name in approved else "",
        remark=remarks.get(field.name),
        is_closed=bool(rows) and all(row.is_closed for row in rows),
    )


def _row(row: Row, asked: Mapping[str, Entry], approved: set[str], remarks: Mapping[str, Remark]) -> Row:
    mine = [name for name in asked if name.startswith(f"{row.name}-")]
    fields = [_marked(field, asked, approved, remarks) for field in row.fields]
    return replace(row, fields=fields, is_closed=bool(mine) and all(name in approved for name in mine))


def wanted(review: SectionReview | None) -> list[tuple[str, str]]:
    """Return the label and the field's name of each answer that a review asks to be changed; nothing where it spoke of the
    section as a whole."""
    judged = review.judgements if review else []
    asked = [one for one in judged if one["verdict"] == Verdict.CHANGE_REQUESTED]
    return [(one["label"], one["pointer"].replace("/", "-")) for one in asked]
