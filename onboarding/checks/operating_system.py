"""The images of the chosen operating systems can be had where the environments stand (row S27)."""

from collections.abc import Iterable

from onboarding.checks.definition import Known, Means, Wanted
from onboarding.checks.preflight import images
from onboarding.checks.remote_access import SECTION, account_check
from onboarding.models import Check
from portal.probes.outcome import Outcome


def wanted(known: Known) -> Iterable[Wanted]:
    systems = sorted(known.of("operating_system").get("systems", []))
    if known.of(SECTION).get("account_wish") or not systems:
        return
    rows = [(index, row) for index, row in enumerate(known.environments()) if {"account_id", "region"} <= row.keys()]
    first = {(row["account_id"], row["region"]): index for index, row in reversed(rows)}
    places = sorted(first)
    if not places:
        return

    def are_offered(means: Means) -> Outcome:
        return images.are_offered([means.account(account, region) for account, region in places], systems)

    yield Wanted(
        key="aws.images",
        title="Images can be had",
        pointer="systems",
        inputs={"systems": systems, "places": [list(place) for place in places]},
        how=Check.How.AWS,
        after=tuple(account_check(first[place]) for place in places),
        run=are_offered,
    )
