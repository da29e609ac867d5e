"""AWS Direct Connect: a line that people order, patch and configure. They record its milestones; this waits for them."""

from dataclasses import dataclass
from datetime import timedelta

from environments.provisioning.specification import Spec
from environments.provisioning.step import CUSTOMER, Context, Drifted, Finding, Missing, Pending, Ready, Step


@dataclass(frozen=True, slots=True)
class Milestone:
    """Something that people do outside AWS. `asks` says what comes next until it is done; `evidence` what proves it."""

    key: str
    title: str
    asks: str
    evidence: str


MILESTONES = (
    Milestone(
        "ordered",
        "Line ordered",
        "Order the line from {line_provider} at {line_location}, and request the connection in your AWS account.",
        "Order number, or the ID of the connection (dxcon-...)",
    ),
    Milestone(
        "letter_of_authorisation",
        "Letter of authorisation received",
        "Download the letter of authorisation in the AWS console (Direct Connect, Connections) and give it to "
        "{line_provider}. AWS withdraws a connection that is not used within 90 days.",
        "Date and file name of the letter",
    ),
    Milestone(
        "cross_connect",
        "Cross-connect done",
        "{line_provider} has the cross-connect patched at {line_location}.",
        "Reference of the cross-connect",
    ),
    Milestone(
        "virtual_interface",
        "Virtual interface up",
        "Create the private virtual interface with VLAN {vlan} and ASN {line_asn}, and configure your router.",
        "ID of the virtual interface (dxvif-...)",
    ),
    Milestone(
        "bgp",
        "BGP session up",
        "Bring the BGP session up, and check that the routes of both sides are there.",
        "What your router says, such as the line of show ip bgp summary",
    ),
)
"""In the order in which they happen. Source: Direct Connect user guide, "Resiliency and getting started"."""

BY_KEY = {milestone.key: milestone for milestone in MILESTONES}


def uses_direct_connect(spec: Spec) -> bool:
    return spec.data_centre.choice == "direct_connect"


def asks(milestone: Milestone, spec: Spec) -> str:
    """Return what is to be done, with the customer's own line in it."""
    line = spec.data_centre
    return milestone.asks.format(
        line_provider=line.line_provider or "your network provider",
        line_location=line.line_location or "the Direct Connect location",
        vlan=line.vlan,
        line_asn=line.line_asn,
    )


def awaited(reason: str) -> Milestone | None:
    """Return the milestone that such a reason to wait is about, None where it is about none."""
    return next((one for one in MILESTONES if reason.startswith(_step_of(one))), None)


def _step_of(milestone: Milestone) -> str:
    return f"Step {MILESTONES.index(milestone) + 1} of {len(MILESTONES)}: "


class DirectConnect(Step):
    key = "direct_connect"
    title = "Direct Connect line"
    doing = "Waiting for the Direct Connect line"
    done = "The Direct Connect line is up"
    requires = ("customer_access",)
    expected = timedelta(weeks=4)
    waits_for = CUSTOMER

    def applies(self, spec: Spec) -> bool:
        return uses_direct_connect(spec)

    def planned(self, spec: Spec) -> tuple[str, ...]:
        return tuple(f"{milestone.title}, recorded with evidence" for milestone in MILESTONES)

    def observe(self, ctx: Context) -> Finding:
        done = [milestone for milestone in MILESTONES if milestone.key in ctx.milestones]
        following = next((milestone for milestone in MILESTONES if milestone not in done), None)
        if following is not None:
            return Pending(CUSTOMER, f"{_step_of(following)}{asks(following, ctx.spec)}", ctx.poll_customer)
        return Ready({milestone.key: ctx.milestones[milestone.key].isoformat() for milestone in done})

    def apply(self, ctx: Context, found: Missing | Drifted) -> None:
        """Only people can."""

    def remove(self, ctx: Context) -> None:
        """The line is the customer's."""

    def observe_removal(self, ctx: Context) -> Finding:
        return Ready()
