"""The images of the chosen operating systems are offered in the Regions of the environments."""

from collections.abc import Sequence

from environments.catalogue.machines import IMAGES
from environments.provisioning.ports import Account
from environments.provisioning.step import StepRefused
from environments.provisioning.steps.launch_templates import newest_images
from onboarding.checks.preflight.words import listed
from portal.probes.outcome import Outcome, Verdict


def are_offered(accounts: Sequence[Account], systems: Sequence[str]) -> Outcome:
    """`accounts`: one for each account and Region of an environment."""
    facts: dict[str, list[str]] = {}
    for account in accounts:
        try:
            facts[account.region] = sorted(newest_images(account, systems).values())
        except StepRefused as refused:
            return Outcome(Verdict.FAILED, refused.message, refused.remedy)
    names, regions = [IMAGES[system].name for system in systems], sorted(facts)
    return Outcome(Verdict.OK, f"Images of {listed(names)} are offered in {listed(regions)}.", facts=facts)
