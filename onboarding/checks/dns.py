"""The customer's own DNS servers answer, with the names they were given (row S7)."""

from collections.abc import Iterable

from onboarding.checks.definition import Known, Wanted, asking
from portal.probes import dns


def wanted(known: Known) -> Iterable[Wanted]:
    answers, names = known.of("dns"), dict(known.names)
    if answers.get("choice") != "own":
        return
    for index, server in enumerate(answers.get("servers", [])):
        yield Wanted(
            key="dns.answers",
            title=f"{server} answers with your products' names" if names else f"{server} answers",
            pointer=f"servers/{index}",
            inputs={"server": server, "names": names},
            run=asking(dns.answers, server, names),
        )
