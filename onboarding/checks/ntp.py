"""The customer's own time servers tell the time (row S10). Amazon's is inside AWS and never asked from here."""

from collections.abc import Iterable

from onboarding.checks.definition import Known, Wanted, asking
from portal.probes import ntp


def wanted(known: Known) -> Iterable[Wanted]:
    answers = known.of("ntp")
    if answers.get("choice") != "own":
        return
    for index, server in enumerate(answers.get("servers", [])):
        yield Wanted(
            key="ntp.tells_time",
            title=f"{server} tells the time",
            pointer=f"servers/{index}",
            inputs={"server": server},
            run=asking(ntp.tells_time, server),
        )
