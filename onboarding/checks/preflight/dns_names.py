"""The VPC gives its machines names, and Amazon's DNS answers in it: private zones need both.

Source: Route 53 developer guide, "Working with private hosted zones", VPC settings.
"""

from environments.provisioning.ports import Account
from onboarding.checks.preflight.words import listed
from portal.probes.outcome import Outcome, Verdict

_ATTRIBUTES = {"enableDnsSupport": "DNS resolution", "enableDnsHostnames": "DNS hostnames"}


def are_on(account: Account, vpc_id: str, *, private_zone: bool) -> Outcome:
    """`private_zone`: whether the names are kept in Route 53; with the customer's own servers it is not that grave."""
    off = [words for name, words in _ATTRIBUTES.items() if not _is_on(account, vpc_id, name)]
    if not off:
        return Outcome(Verdict.OK, f"{listed(list(_ATTRIBUTES.values()))} are on.")
    verdict = Verdict.FAILED if private_zone else Verdict.WARNING
    return Outcome(
        verdict,
        f"{listed(off)} {'is' if len(off) == 1 else 'are'} off in {vpc_id}"
        + (", so the private zone would not answer there." if private_zone else "."),
        "Switch it on: VPC console, the VPC, Actions, Edit VPC settings.",
        {"off": off},
    )


def _is_on(account: Account, vpc_id: str, attribute: str) -> bool:
    answer = account.read("ec2", "describe_vpc_attribute", VpcId=vpc_id, Attribute=attribute)
    return bool(answer[f"{attribute[0].upper()}{attribute[1:]}"]["Value"])
