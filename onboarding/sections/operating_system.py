"""Which operating systems the machines run, and when they may be patched (rows S19, S27)."""

from onboarding.sections.choices import Choice, MultiChoice, Option
from onboarding.sections.definition import SectionDefinition
from onboarding.sections.questions import Number
from onboarding.sections.suggest import Suggest, usual

_DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")

SECTION = SectionDefinition(
    key="operating_system",
    title="Operating system",
    lead="Which images the machines start from, and when security patches may go in.",
    minutes=2,
    gather="Your company's rule on operating systems, and a quiet hour of the week",
    slice="machines",
    facts=("Security patches of the operating system's vendor install by themselves, in the hour you choose.",),
    questions=(
        MultiChoice(
            key="systems",
            label="Operating systems",
            missing="Select Ubuntu, Red Hat Enterprise Linux or both",
            suggest=usual(["ubuntu"], "the usual one, without a licence"),
            options=(
                Option("ubuntu", "Ubuntu", "Patches come from Ubuntu's own repositories."),
                Option("red_hat", "Red Hat Enterprise Linux", "Patches come from Amazon's Red Hat repositories."),
            ),
            why="The machines start from its image, and its vendor's patches install by themselves.",
            who="Your security team",
        ),
        Choice(
            key="patch_day",
            label="Day for patches",
            dropdown=True,
            missing="Select the day for patches",
            suggest=Suggest(lambda known: known.quiet_hour[0], "a Sunday night in your time zone, as UTC calls it"),
            options=tuple(Option(day.lower(), day) for day in _DAYS),
            hint="A day with little traffic",
            why="Patches may restart machines: better when few people work.",
            who="Your application owner",
        ),
        Number(
            key="patch_hour",
            label="Hour for patches, UTC",
            missing="Enter the hour for patches, 0 to 23",
            suggest=Suggest(lambda known: known.quiet_hour[1], "two o'clock in that night"),
            example="2",
            least=0,
            most=23,
            hint="0 to 23. Machines may restart within this hour, one after the other",
            why="Patches may restart machines: better when few people work.",
            who="Your application owner",
        ),
    ),
)
