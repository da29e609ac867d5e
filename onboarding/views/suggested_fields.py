"""The fields of a section with what is suggested in them, marked as such."""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any

from onboarding.sections import suggestions
from onboarding.sections.definition import Rows, SectionDefinition
from onboarding.sections.suggest import Known
from onboarding.sections.suggestions import Filled
from onboarding.views import fields
from onboarding.views.fields import UNNUMBERED, Field, Row
from portal.core.errors import FieldProblem


def build(what: SectionDefinition, filled: Filled, problems: Iterable[FieldProblem], *, add: str = "") -> list[Field]:
    """Return the fields of a section that is filled with its suggestions."""
    because = {pointer.replace("/", "-"): words for pointer, words in filled.because.items()}
    blanks = {}
    for question in what.questions:
        if isinstance(question, Rows):
            rows = filled.answers.get(question.key) or []
            one_more = suggestions.blank_row(question, rows, Known(), filled.answers)
            blanks[question.key] = one_more.answers
            because |= _numbered(question, len(rows), one_more)
    # A value that is suggested is not missing any more.
    told = [one for one in problems if one.code != "missing" or one.pointer.replace("/", "-") not in because]
    built = fields.build(what.questions, filled.answers, told, add=add, blanks=blanks)
    return [_marked(field, because, 0) for field in built]


def _numbered(question: Rows, number: int, row: Filled) -> dict[str, str]:
    """Return what is suggested in one more row, under its number and under that of the row which a script adds."""
    words = {pointer.split("/")[-1]: because for pointer, because in row.because.items()}
    places = (str(number), UNNUMBERED)
    return {f"{question.key}-{place}-{key}": because for place in places for key, because in words.items()}


def _marked(field: Field, because: Mapping[str, str], place: int) -> Field:
    suggested = because.get(field.name, "")
    suggest = field.question.suggest
    open_now = suggest is not None and field.is_empty and field.not_known != "said" and suggest.may_stay_open(place)
    return replace(
        field,
        suggested=suggested,
        left_open=suggest.because if suggest and open_now else "",
        not_known="offered" if suggested and field.question.required else field.not_known,
        rows=[_row(row, because, index) for index, row in enumerate(field.rows)],
        blank=_row(field.blank, because, len(field.rows)) if field.blank else None,
    )


def _row(row: Row, because: Mapping[str, Any], place: int) -> Row:
    return replace(row, fields=[_marked(field, because, place) for field in row.fields])
