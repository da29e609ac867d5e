"""What the home of an onboarding says of its end: how much is done, and when all of it will be."""

from dataclasses import dataclass

from django.db.models import Count

from onboarding import selectors
from onboarding.actions import selectors as actions
from onboarding.models import Onboarding
from onboarding.reports import forecast, progress
from onboarding.reports.forecast import Forecast
from onboarding.reports.progress import Progress
from onboarding.states import SectionState, Stage
from portal.accounts.models import User
from portal.ui import times


@dataclass(frozen=True, slots=True)
class Outlook:
    """`forecast` is None of a cancelled onboarding. `against_target` compares it with the target date, empty without one."""

    forecast: Forecast | None
    progress: Progress
    sentence: str
    against_target: str


def outlook(onboarding: Onboarding) -> Outlook:
    """Return the outlook of an onboarding that came from `selectors.onboarding`."""
    expected, done = forecast.of(onboarding), progress.of(onboarding)
    return Outlook(expected, done, _sentence(expected, done), _against_target(onboarding, expected))


@dataclass(frozen=True, slots=True)
class Needs:
    """One of several onboardings as its customer sees it. `sections`: how many wait for answers; `acts`: how many other things
    only the customer can do; `sentence`: when it will be live."""

    onboarding: Onboarding
    sections: int
    acts: int
    sentence: str

    @property
    def in_words(self) -> str:
        counted = ((self.sections, "section to answer", "sections to answer"), (self.acts, "action", "actions"))
        return " and ".join(f"{number} {one if number == 1 else more}" for number, one, more in counted if number)


def needs(user: User) -> list[Needs]:
    """Return every onboarding of this person with what is needed from the customer and when it will be live, by a number of
    statements that does not depend on how many they are."""
    rows = list(selectors.onboardings(user).prefetch_related("sections", "environments"))
    forecasts, asked = forecast.of_many(rows), actions.asked(user).filter(section=None).order_by()
    acts = dict(asked.values_list("onboarding").annotate(number=Count("pk")))
    return [Needs(row, _to_answer(row), acts.get(row.pk, 0), _live(forecasts[row.pk])) for row in rows]


def _to_answer(onboarding: Onboarding) -> int:
    if onboarding.stage == Stage.CANCELLED:
        return 0
    sent = (SectionState.SUBMITTED, SectionState.APPROVED)
    return sum(section.state not in sent for section in onboarding.sections.all())


def _sentence(expected: Forecast | None, done: Progress) -> str:
    counted = f"{done.done} of {done.total} sections and checklist items are done."
    return f"{counted} {_live(expected)}".strip()


def _live(expected: Forecast | None) -> str:
    if expected is None:
        return ""
    if expected.is_over:
        return f"Live since {times.day(expected.likely)}."
    first, last = times.day(expected.earliest), times.day(expected.latest)
    return f"Live between {first} and {last}, most likely by {times.day(expected.likely)}."


def _against_target(onboarding: Onboarding, expected: Forecast | None) -> str:
    target = onboarding.target_on
    if target is None or expected is None or expected.is_over:
        return ""
    if target < expected.earliest.date():
        return f"The target date, {times.day(target)}, comes before that."
    if target > expected.latest.date():
        return f"The target date, {times.day(target)}, leaves time."
    if target < expected.likely.date():
        return f"The target date, {times.day(target)}, is possible, and sooner than likely."
    return f"The target date, {times.day(target)}, fits."
