"""What the pack says of backups and of the time after the hand-over. Rows of the domain stand beside each."""

from collections.abc import Mapping
from typing import Any

from django.conf import settings

from environments.catalogue.regions import REGIONS
from onboarding.requests.responsibilities import Party

_FREQUENCY = {"daily": "every day", "twice_daily": "twice a day", "hourly": "every hour"}


def party(who: Party) -> str:
    named = {
        Party.PROVIDER: settings.PROVIDER_NAME,
        Party.CUSTOMER: "You",
        Party.AWS: "AWS",
        Party.SUPPORT: "Support, on request",
        Party.THIRD_PARTY: "A third party, on request",
        Party.NOBODY: "Nobody",
    }
    return named[who]


def backups(answers: Mapping[str, Any], *, is_production: bool) -> list[str]:
    """Return the facts about backups (rows S28 to S36, S41)."""
    if not is_production:
        return ["Non-production environments are not backed up."]
    dr_region = answers.get("dr_region", "")
    recovery = (
        f"Backups and recovery scripts are also kept in {REGIONS.get(dr_region, dr_region)} ({dr_region}), where production is "
        "set up again in a disaster."
        if answers.get("disaster_recovery")
        else "Disaster recovery in another Region is not set up; you can ask for it."
    )
    archive = (
        "Artifact and log backups move to S3 Glacier storage after three months."
        if answers.get("archive_to_glacier")
        else "Artifact and log backups are deleted after three months."
    )
    return [
        f"Artifacts, logs and databases are backed up {_FREQUENCY.get(answers.get('frequency', ''), 'every day')}.",
        "Volumes get a snapshot every day, databases RDS snapshots.",
        recovery,
        archive,
        "Log and artifact backups of the last three months are yours on request, at any time.",
        "A database backup on request takes hours: it is extracted from a snapshot first.",
        "What can be lost (RPO) and how long recovery takes (RTO) is what a drill measured.",
    ]


def what_comes_next(provider: str, *, is_production: bool) -> list[str]:
    """Return what follows the hand-over (row S51, with S19, S41 and S49)."""
    watched = (
        f"{provider} watches the product runtimes, day and night."
        if is_production
        else "Non-production is not monitored: open an incident when something is wrong there."
    )
    return [
        "One person of yours reveals the administrators' credentials once, in the portal. They are in no file.",
        "Change every password when you first log in.",
        f"Support and maintenance start: {watched}",
        "Security patches of the operating system install by themselves, in the hour that you chose.",
        "Upgrades and patches of the products go in when you ask for them.",
    ]
