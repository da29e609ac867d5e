"""Taking over what is suggested: suggestions become answers by the word of a person who saw them."""

from collections.abc import Mapping

from django.db import transaction

from onboarding import rules, suggesting
from onboarding.models import Onboarding, Section
from onboarding.sections import SECTIONS, definition
from onboarding.services import onboardings, revisions, sections
from portal.accounts.models import User
from portal.audit.services import record
from portal.core.errors import Conflict, FieldProblem, Forbidden, Invalid

_KEYS = frozenset(section.key for section in SECTIONS)


def accept(onboarding: Onboarding, *, digests: Mapping[str, str], by: User) -> list[str]:
    """The suggestions in these sections are answers of drafts. Returns the keys of the sections.

    `digests` has of each section the `suggesting.digest` of what the person saw. Raises `Forbidden`, `Invalid` naming an
    unknown section, `Conflict` when the onboarding is over, or when something else is suggested now or nothing any more.
    """
    unknown = sorted(set(digests) - _KEYS)
    if unknown or not digests:
        named = f"There is no section “{unknown[0][:40]}”. " if unknown else "Name the sections to take over. "
        raise Invalid([FieldProblem("sections", f"{named}Use: {', '.join(sorted(_KEYS))}.", "unknown_choice")])
    if not rules.may_submit(by, onboarding):
        raise Forbidden("You can read these answers, but not change them.")
    with transaction.atomic():
        onboardings.lock(onboarding)
        revisions.require_open(onboarding)
        return _accept(onboarding, digests, by)


def _accept(onboarding: Onboarding, digests: Mapping[str, str], by: User) -> list[str]:
    rows = list(Section.objects.select_for_update().filter(onboarding=onboarding).order_by("position"))
    filled = suggesting.of(onboarding, rows)
    for key, digest in digests.items():
        if not filled[key].suggestions or suggesting.digest(filled[key]) != digest:
            title = definition(key).title
            raise Conflict(f"{title}: what is suggested has changed since you looked.", remedy="Look at it again.")
    for row in rows:
        if row.key in digests:
            row.onboarding, row.customer = onboarding, onboarding.customer
            secrets = definition(row.key).secrets
            answers = {key: value for key, value in filled[row.key].answers.items() if key not in secrets}
            sections.save(row, answers=answers, revision=row.revision, by=by)
    after = {key: [one.pointer for one in filled[key].suggestions] for key in sorted(digests)}
    record("onboarding.suggestions_accepted", onboarding, by=by, customer=onboarding.customer, after=after)
    return list(digests)


def accept_and_submit(
    onboarding: Onboarding, *, digests: Mapping[str, str], by: User, ready_only: bool = False
) -> list[Section]:
    """What is suggested in these sections is answered, and every section is with the reviewers, or nothing is. With
    `ready_only` the sections that have no problem are, and the others stay drafts.

    Raises what `accept`, where there are digests, and `sections.submit_all` raise.
    """
    with transaction.atomic():
        if digests:
            accept(onboarding, digests=digests, by=by)
        return sections.submit_all(onboarding, by=by, ready_only=ready_only)
