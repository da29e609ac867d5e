"""The rows that stand beside answers: what was found, when, and what a person can do about it."""

from collections.abc import Iterable
from dataclasses import dataclass

from django.urls import reverse

from environments.services import stand_in
from onboarding import check_results, rules
from onboarding.check_results import Result
from onboarding.models import Check, Onboarding, Section
from onboarding.services import check_limits as limits
from onboarding.states import CHECKS_UNDER_WAY, CheckVerdict, Stage
from portal.accounts.models import User

Beside = dict[str, list["Row"]]
"""The rows of a section, by the name of the field that they stand beside."""

_HISTORY = 8


@dataclass(frozen=True, slots=True)
class Row:
    """One result. `may_ask`: this person may have it checked again here; `url`: where that is asked for.

    `out_of_band`: it replaces itself in a page that polls.
    """

    result: Result
    may_ask: bool = False
    url: str = ""
    out_of_band: bool = False
    onboarding_id: str = ""
    recipient: str = ""

    @property
    def name(self) -> str:
        """The name of the field: a check of one line of a list stands below the list."""
        parts = self.result.wanted.pointer.split("/")
        return "-".join(parts[:-1] if parts[-1].isdigit() else parts)

    @property
    def value(self) -> str:
        """What its button sends."""
        return f"{self.result.wanted.key}:{self.result.wanted.pointer}"

    @property
    def is_under_way(self) -> bool:
        return self.result.state in CHECKS_UNDER_WAY

    @property
    def may_confirm(self) -> bool:
        return self.may_ask and self.result.may_be_confirmed

    @property
    def sends(self) -> bool:
        return self.may_ask and self.result.wanted.sends and not self.is_under_way

    @property
    def template_url(self) -> str:
        """Where the template of our roles is, while the account's role is waited for."""
        if self.result.state != CheckVerdict.WAITING or not self.onboarding_id:
            return ""
        return self._of_the_account("intake_access_template")

    @property
    def stand_in_url(self) -> str:
        """Where a stand-in takes AWS's place: what creates the role that is waited for, as the customer would."""
        return (
            self._of_the_account("intake_stand_in_role")
            if self.may_ask and self.template_url and stand_in.available()
            else ""
        )

    def _of_the_account(self, page: str) -> str:
        return reverse(page, args=(self.onboarding_id, self.result.wanted.inputs["account"]))

    @property
    def history(self) -> list[Check]:
        """What came before what is shown."""
        shown = (self.result.check, self.result.under_way)
        return [check for check in self.result.history if check not in shown and check.finished_at][:_HISTORY]


def read_only(onboarding: Onboarding) -> dict[str, Beside]:
    """Return the rows of every section, by its key, for pages on which nothing is asked for: without those that wait for
    another one, which says enough."""
    results = check_results.of(onboarding)
    return {key: _beside(Row(one) for one in found if not one.waits_for) for key, found in results.items()}


@dataclass(frozen=True, slots=True)
class Live:
    """The rows of one section's page, and what its polling needs.

    `asked`: the rows that the page polls for. `refusal`: that the limit is reached, where it stands in the way of a row.
    """

    section: Section
    rows: list[Row]
    refusal: str = ""

    @property
    def beside(self) -> dict[str, Beside]:
        return {self.section.key: _beside(self.rows)}

    @property
    def asked(self) -> str:
        return ",".join(row.result.anchor for row in self.rows if row.is_under_way)

    @property
    def confirmable(self) -> list[Row]:
        return [row for row in self.rows if row.may_confirm]

    @property
    def may_ask(self) -> bool:
        return any(row.may_ask and not row.is_under_way and not row.result.waits_for for row in self.rows)

    @property
    def milestone(self) -> str:
        """What a screen reader hears once nothing is under way any more."""
        return "" if self.asked or not self.rows else "The answers were checked"


def live(user: User, section: Section, *, again: Iterable[str] = ()) -> Live:
    """Return the section's rows. `again`: the anchors of the rows that a page shows as being checked."""
    url = reverse("section_checks", args=(section.onboarding_id, section.key))
    may_ask = rules.may_check(user, section) and section.onboarding.stage != Stage.CANCELLED
    known = set(again)
    found = check_results.of(section.onboarding).get(section.key, [])
    rows = [
        Row(
            one,
            may_ask,
            url,
            out_of_band=one.anchor in known or one.under_way is not None,
            recipient=user.email,
            onboarding_id=section.onboarding_id,
        )
        for one in found
    ]
    return Live(section, rows, _refusal(section, found) if may_ask else "")


def _refusal(section: Section, results: Iterable[Result]) -> str:
    for how in sorted({str(one.wanted.how) for one in results if one.is_due}):
        if limits.free_at(section.customer, how):
            return limits.refusal(section.customer, how).message
    return ""


def _beside(rows: Iterable[Row]) -> Beside:
    found: Beside = {}
    for row in rows:
        found.setdefault(row.name, []).append(row)
    return found
