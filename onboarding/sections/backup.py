"""What is backed up, how often, and where to (rows S28-S36)."""

from environments.catalogue.regions import REGIONS
from onboarding.sections.choices import Boolean, Choice, Option
from onboarding.sections.definition import SectionDefinition
from onboarding.sections.questions import When
from onboarding.sections.suggest import usual

SECTION = SectionDefinition(
    key="backup",
    title="Backup and disaster recovery",
    lead="How often production is backed up, and whether it can be set up again in another Region.",
    minutes=3,
    gather="Your company's rules on backups, and the Region for disaster recovery",
    slice="backup",
    facts=(
        "Backups run by themselves: artifacts, application and system logs, databases. Volumes get daily snapshots.",
        "Log and artifact backups of the last three months are yours on request, at any time.",
        "A database backup on request takes hours: it is extracted from an RDS snapshot first.",
        "What can be lost (RPO) and how long recovery takes (RTO) is what a drill measures, not what someone types.",
        "Non-production environments are not backed up.",
    ),
    questions=(
        Choice(
            key="frequency",
            label="Frequency",
            missing="Select how often backups are taken",
            suggest=usual("daily", "the usual one"),
            options=(
                Option("daily", "Daily", "The usual one."),
                Option("twice_daily", "Twice a day", "For data that changes much."),
                Option("hourly", "Hourly", "For data that changes fast. Costs more storage."),
            ),
            why="It follows from how much data there is and how fast it changes.",
            who="Your application owner",
        ),
        Boolean(
            key="disaster_recovery",
            label="Disaster recovery in another Region",
            missing="Select whether you want disaster recovery",
            suggest=usual(False, "it is set up on request only"),
            yes="Backups and recovery scripts stay in a second Region. In a disaster, production is set up there.",
            no="Backups stay in the Region of production.",
            why="Disaster recovery is provided on request only.",
            who="Whoever answers for business continuity",
        ),
        Choice(
            key="dr_region",
            label="Region for disaster recovery",
            dropdown=True,
            shown_when=When("disaster_recovery", (True,)),
            missing="Select the Region for disaster recovery",
            options=tuple(Option(code, f"{name} {code}") for code, name in REGIONS.items()),
            hint="Another one than production's",
            why="Backups and recovery scripts stay there; the law may say where they may be.",
            where="AWS console, Region menu at the top right",
            command="aws ec2 describe-regions --query 'Regions[].RegionName' --output text",
            who="Your data protection officer",
        ),
        Boolean(
            key="archive_to_glacier",
            label="Archive artifact and log backups",
            missing="Select whether backups are archived",
            suggest=usual(False, "they are archived on request only"),
            yes="They move to S3 Glacier storage after three months. Reading one takes hours.",
            no="They are deleted after three months.",
            why="Some rules ask for records longer than three months; archived ones cost little.",
            who="Your compliance team",
        ),
    ),
)
