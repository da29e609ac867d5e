"""What the page of one section shows."""

import json
from collections.abc import Mapping
from typing import Any

from django.urls import reverse

from onboarding import rules, selectors, suggesting
from onboarding.differences import differences
from onboarding.forms import AskForm
from onboarding.models import Section
from onboarding.sections import SECTIONS as ALL_SECTIONS
from onboarding.sections import definition
from onboarding.sections.suggestions import Filled
from onboarding.services import judging, reopenings
from onboarding.states import SECTIONS, SectionState, Stage
from onboarding.views import asking, check_rows, comparison, disputes, fields, judged_fields, planned, suggested_fields
from onboarding.views.submissions import Submission
from portal.accounts.models import User
from portal.core.errors import FieldProblem


def page(
    user: User,
    section: Section,
    *,
    answers: Mapping[str, Any] | None = None,
    problems: list[FieldProblem] | None = None,
    add: str = "",
    saved: bool = False,
) -> dict[str, Any]:
    """Return the context: the form for whoever may answer, what was answered for everyone else."""
    what = definition(section.key)
    shown = section.answers if answers is None else answers
    editable = may_edit(user, section)
    judged = judging.judged(section)
    live = check_rows.live(user, section)
    said = _said(section)
    filled = suggesting.of_section(section, shown) if editable else Filled(dict(shown))
    built = suggested_fields.build(what, filled, problems or [], add=add) if editable else []
    return {
        "onboarding": section.onboarding,
        "section": section,
        "definition": what,
        "number": section.position + 1,
        "total": len(ALL_SECTIONS),
        "editable": editable,
        "fields": judged_fields.marked(built, section, said["review"], said["changed"]),
        "reopenable": judged_fields.approved_answers(section) if _may_reopen(user, section) else [],
        "groups": [] if editable else comparison.grouped(what.entries(section.answers)),
        "problems": problems or [],
        "hints": judged.hints,
        "saved": saved,
        "suggested": len(filled.suggestions),
        "base": json.dumps(disputes.fingerprints(what, section.answers)),
        "help": fields.help_for(what.questions),
        "ready": editable and section.state != SectionState.EMPTY and not (problems or judged.problems),
        "may_withdraw": rules.may_answer(user, section) and SECTIONS.allows(section.state, "withdraw"),
        "topology": _drawing(section, shown),
        "live": live,
        "checks": live.beside if live.rows else {},
        "asking": asking.panel(user, section),
        "ask_form": AskForm(),
        **said,
    }


def _drawing(section: Section, answers: Mapping[str, Any]) -> dict[str, Any] | None:
    """Return the planned network where this section's answers change it, as they stand now."""
    if section.key not in planned.SECTIONS:
        return None
    drawn = Section.objects.filter(onboarding=section.onboarding_id, key__in=planned.SECTIONS)
    return planned.topology({**dict(drawn.values_list("key", "answers")), section.key: answers})


def may_edit(user: User, section: Section) -> bool:
    open_now = SECTIONS.allows(section.state, "save") and section.onboarding.stage != Stage.CANCELLED
    return open_now and rules.may_answer(user, section)


def _may_reopen(user: User, section: Section) -> bool:
    open_now = SECTIONS.allows(section.state, "reopen") and section.onboarding.stage != Stage.CANCELLED
    return open_now and rules.may_answer(user, section) and reopenings.is_early(section)


def _said(section: Section) -> dict[str, Any]:
    """Return the newest judgement and what changed since."""
    review = selectors.latest_review(section)
    if review is None:
        return {"review": None, "wanted": [], "changed": []}
    return {
        "review": review,
        "wanted": judged_fields.wanted(review),
        "changed": differences(definition(section.key), review.answers, section.answers),
    }


def conflict(section: Section, entered: Submission, *, message: str) -> dict[str, Any]:
    """Return the context that shows both versions. `section` holds what is stored now."""
    return {
        "onboarding": section.onboarding,
        "section": section,
        "definition": entered.definition,
        "message": message,
        "problems": entered.undecided,
        "disputes": disputes.disputes(entered.definition, section.answers, entered.mine, entered.base),
        "mine": json.dumps(entered.mine),
        "has_secrets": bool(entered.definition.secrets),
        "base": json.dumps(entered.base),
    }


def next_url(user: User, section: Section) -> str:
    """Return the page after this one: the next section that still needs answers, else the check page."""
    onboarding = selectors.onboarding(user, section.onboarding_id)
    rows = list(onboarding.sections.all())
    filled = suggesting.of(onboarding, rows)
    after = [row for row in rows if row.position > section.position] + rows[: section.position]
    for row in after:
        if may_edit(user, row) and not selectors.complete(row, filled[row.key].answers):
            return reverse("section", args=(onboarding.pk, row.key))
    return reverse("check_answers", args=(onboarding.pk,))
