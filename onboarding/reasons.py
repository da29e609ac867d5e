"""How the reason of a requested change may begin, by the kind of mistake. A new kind is one line here."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Reason:
    """`mistake` names the kind, `words` are put into the field for the reviewer to finish."""

    mistake: str
    words: str


REASONS = (
    Reason("It does not exist", "We cannot find this in AWS. Compare it with the console, in the Region you named: "),
    Reason(
        "It does not belong together", "The account, the Region and the VPC do not belong together. The VPC we see: "
    ),
    Reason("A range overlaps", "This range overlaps another network, so neither could be routed. Use instead: "),
    Reason("It cannot be reached", "We cannot reach this from our network. Open your firewall for, or name another: "),
    Reason("It is not what we agreed", "This does not fit what we agreed in the planning phase: "),
    Reason("It is not precise enough", "The answer is right but not precise enough. Name "),
    Reason("It is the wrong person", "This person does not seem to be the right one. We need somebody who "),
    Reason("It is a single point of failure", "One is too few: if it stops, everything waits for it. Name another: "),
)
