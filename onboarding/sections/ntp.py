"""Which clock the machines follow (row S10)."""

from collections.abc import Iterable
from typing import Any

from onboarding.sections.choices import Choice, Option
from onboarding.sections.definition import SectionDefinition
from onboarding.sections.questions import ListOf, When
from onboarding.sections.suggest import usual
from onboarding.validators import ntp_server, too_few_or_many_time_servers
from portal.core.errors import FieldProblem


def servers_can_be_announced(answers: dict[str, Any]) -> Iterable[FieldProblem]:
    """Source: EC2 API, CreateDhcpOptions."""
    message = too_few_or_many_time_servers(answers.get("servers", []))
    if message:
        yield FieldProblem("servers", message, "too_many")


SECTION = SectionDefinition(
    key="ntp",
    title="NTP",
    lead="Which clock the machines follow, so that logs and tokens agree with your systems.",
    minutes=2,
    gather="The names of your time servers, if you have your own",
    slice="ntp",
    rules=(servers_can_be_announced,),
    questions=(
        Choice(
            key="choice",
            label="Time service",
            missing="Select the time service",
            suggest=usual("amazon", "the usual one, with nothing to do for you"),
            options=(
                Option("amazon", "Amazon Time Sync", "Reached inside AWS. Nothing to do for you."),
                Option("own", "Our own time servers", "Your firewall lets UDP 123 through from the VPCs."),
            ),
            who="Your network team",
            why="Logs and tokens are only worth something when all clocks agree.",
        ),
        ListOf(
            key="servers",
            label="Time servers",
            item="time server",
            shown_when=When("choice", ("own",)),
            missing="Enter the name or address of at least one time server",
            rule=ntp_server,
            most=8,
            hint="Three or more, so that a wrong one is outvoted",
            placeholder="ntp1.acme.example",
            command="chronyc sources",
            who="Your network team",
            why="The machines follow these clocks; their offset is checked.",
            where="In the time settings of any server in your data centre",
        ),
    ),
)
