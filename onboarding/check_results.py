"""What stands beside the answers: the checks that they call for, and what was found."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from django.db.models import F, QuerySet, Window
from django.db.models.functions import RowNumber

from onboarding.checks import SUBJECTS, called_for
from onboarding.checks import known as facts
from onboarding.checks.definition import Known, Place, Wanted
from onboarding.models import Check, Onboarding
from onboarding.states import CHECKS_UNDER_WAY, CheckState, CheckVerdict
from portal.accounts.models import User
from portal.core.errors import NotFound

NOT_CHECKED, OUT_OF_DATE, CONFIRMED = "not_checked", "out_of_date", "confirmed"
_SHOWN_BEFORE = 12
"""How many tries of one check are read, the latest first."""

_WELL = (CheckVerdict.OK, CheckVerdict.WARNING)


@dataclass(frozen=True, slots=True)
class Result:
    """One check that the answers call for, and what came of it.

    `state`: as it is shown, a verdict or one of not_checked, queued, running, out_of_date and confirmed. `check`: the try whose
    words are shown, None without one. `under_way`: the try that is being made. `waits_for`: what must be well before, empty
    where nothing is. `history`: the tries, the newest first.
    """

    section: str
    wanted: Wanted
    state: str
    check: Check | None = None
    under_way: Check | None = None
    waits_for: str = ""
    history: tuple[Check, ...] = ()

    @property
    def place(self) -> Place:
        return self.section, self.wanted.key, self.wanted.pointer

    @property
    def anchor(self) -> str:
        """The id of its row on a page."""
        return "-".join(("check", *self.place)).replace("/", "-").replace(".", "-")

    @property
    def may_be_confirmed(self) -> bool:
        return self.state == CheckVerdict.PRIVATE

    @property
    def is_due(self) -> bool:
        """Whether it was never made for these answers, and nothing stands against making it."""
        return self.state in (NOT_CHECKED, OUT_OF_DATE) and not self.waits_for


def of(onboarding: Onboarding, known: Known | None = None) -> dict[str, list[Result]]:
    """Return the results by section. A fixed number of statements."""
    known = known or facts.of(onboarding)
    wanted = {(section, one.key, one.pointer): one for section in SUBJECTS for one in called_for(section, known)}
    tries: dict[Place, list[Check]] = {place: [] for place in wanted}
    for check in _latest(onboarding):
        tries.get((check.section.key, check.key, check.pointer), []).append(check)
    standing = {place: _standing(tries[place], one.digest) for place, one in wanted.items()}
    found: dict[str, list[Result]] = {section: [] for section in SUBJECTS}
    for place, one in wanted.items():
        waits_for = _waits_for(one, wanted, standing)
        found[place[0]].append(_result(place[0], one, tries[place], standing[place], waits_for))
    return found


def checks(user: User) -> QuerySet[Check]:
    """Every try that this person may see, the newest first."""
    rows = Check.objects.visible_to(user).select_related(
        "customer", "asked_by", "section", "section__customer", "section__onboarding", "section__onboarding__customer"
    )
    return rows.order_by("-queued_at", "-pk")


def check(user: User, id: str) -> Check:
    """Raises `NotFound`."""
    found = checks(user).filter(pk=id).first()
    if found is None:
        raise NotFound
    return found


def _latest(onboarding: Onboarding) -> Iterable[Check]:
    place = Window(
        RowNumber(),
        partition_by=[F("section"), F("key"), F("pointer")],
        order_by=[F("queued_at").desc(), F("id").desc()],
    )
    rows = Check.objects.filter(section__onboarding=onboarding).annotate(place=place).filter(place__lte=_SHOWN_BEFORE)
    return rows.select_related("section", "asked_by").order_by("-queued_at", "-pk")


def _standing(tries: Sequence[Check], digest: str) -> Check | None:
    """Return the newest result for these very answers. Where the portal may not look, a person's word outlives its tries."""
    same = [one for one in tries if one.state == CheckState.DONE and one.inputs_digest == digest]
    newest = next(iter(same), None)
    if newest and newest.verdict == CheckVerdict.PRIVATE:
        return next((one for one in same if one.how == Check.How.PERSON), newest)
    return newest


def _waits_for(one: Wanted, wanted: Mapping[Place, Wanted], standing: Mapping[Place, Check | None]) -> str:
    """Return the title of the first check before this one that is not well."""
    for place in one.after:
        before = standing.get(place)
        if before is None or before.verdict not in _WELL:
            return wanted[place].title if place in wanted else "What comes before"
    return ""


def _result(section: str, one: Wanted, tries: Sequence[Check], standing: Check | None, waits_for: str) -> Result:
    under_way = next((row for row in tries if row.state in CHECKS_UNDER_WAY), None)
    before = next((row for row in tries if row.state == CheckState.DONE), None)
    if under_way:
        state, shown = str(under_way.state), standing
    elif waits_for:
        state, shown = NOT_CHECKED, None
    elif standing:
        state, shown = CONFIRMED if standing.how == Check.How.PERSON else standing.verdict, standing
    else:
        state, shown = (OUT_OF_DATE, before) if before else (NOT_CHECKED, None)
    return Result(section, one, state, shown, under_way, waits_for, tuple(tries))
