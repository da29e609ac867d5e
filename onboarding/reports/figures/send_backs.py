"""What reviewers sent back, and why."""

from collections import Counter
from collections.abc import Iterable
from typing import Any

from onboarding.models import SectionReview
from onboarding.reasons import REASONS
from onboarding.reports.figures.figure import Bar, Column, Figure, Kind, Scope, Segment, Value, counted
from onboarding.sections import SECTIONS
from onboarding.states import Verdict

KEY, TITLE = "send-backs", "What reviews sent back"
COLUMNS = (Column("section", "Section"), Column("reason", "Reason"), Column("answers", "Answers", number=True))
OWN_WORDS = "In the reviewer's own words"
_MOST_REVIEWS = 500
_MOST_ROWS = 20


def read(scope: Scope) -> Figure:
    """Every answer for which a change was asked counts once. The latest 500 reviews at most are read."""
    asked = SectionReview.objects.filter(decision=SectionReview.Decision.CHANGES_REQUESTED, created_at__gte=scope.since)
    found = scope.of_customer(asked).order_by("-created_at").values_list("section__key", "judgements", "reason")
    counts = Counter(
        (section, reason)
        for section, judgements, words in found[:_MOST_REVIEWS]
        for reason in _reasons(judgements, words)
    )
    titles = {section.key: section.title for section in SECTIONS}
    rows: list[dict[str, Value]] = [
        {"section": titles.get(section, section), "reason": reason, "answers": number}
        for (section, reason), number in counts.most_common(_MOST_ROWS)
    ]
    by_section = Counter[str]()
    for (section, _), number in counts.items():
        by_section[titles.get(section, section)] += number
    bars = [Bar(label, (Segment("Answers", number, "you"),), str(number)) for label, number in by_section.most_common()]
    return Figure(KEY, TITLE, _sentence(by_section, counts, scope), COLUMNS, rows, bars=bars)


def _reasons(judgements: list[dict[str, Any]], words: str) -> Iterable[str]:
    """A review of a time before answers were judged one by one has one reason for all of them."""
    asked = [row for row in judgements if row.get("verdict") == Verdict.CHANGE_REQUESTED]
    return [mistake(str(row.get("reason", ""))) for row in asked] or [mistake(words)]


def mistake(words: str) -> str:
    """Return the kind of mistake whose template these words begin with."""
    for reason in REASONS:
        if words.startswith(reason.words.rstrip(" :")):
            return reason.mistake
    return OWN_WORDS


def _sentence(by_section: Counter[str], counts: Counter[tuple[str, str]], scope: Scope) -> str:
    if not counts:
        return f"No review asked for a change {scope.words}."
    section, number = by_section.most_common(1)[0]
    words = f"Reviews asked for {counted(counts.total(), 'change')} {scope.words}, {number:,} of them in “{section}”."
    named = Counter[str]()
    for (_, reason), times in counts.items():
        if reason != OWN_WORDS:
            named[reason] += times
    return f"{words} The commonest reason: {named.most_common(1)[0][0].lower()}." if named else words


FIGURE = Kind(KEY, TITLE, read)
