"""How the block of a new VPC is cut, and where in a VPC the products answer: the same for the answers, the plan and AWS."""

from dataclasses import dataclass
from ipaddress import IPv4Network

LARGEST, SMALLEST = 16, 22
"""Prefix lengths of a new VPC's block. AWS takes /16 to /28; under /22 the public subnets would be smaller than AWS advises for
a load balancer with room to grow."""

_PUBLIC = 26
_FIRST_ADDRESS = 10
"""AWS keeps the first four addresses of a subnet; the next ones are left to the customer's own use."""


@dataclass(frozen=True, slots=True)
class Cut:
    """The subnets of a VPC, in the order of its two zones."""

    private: tuple[str, str]
    public: tuple[str, str]


def cut(block: str) -> Cut:
    """Return the subnets of a new VPC: a quarter of the block for each zone's private one, from its beginning, then a /26 for
    each zone's public one. The rest stays free."""
    first, second, third, _ = IPv4Network(block).subnets(prefixlen_diff=2)
    public = third.subnets(new_prefix=_PUBLIC)
    return Cut((str(first), str(second)), (str(next(public)), str(next(public))))


def product_address(block: str, position: int) -> str:
    """Return where the product at this position of the list answers: in the first subnet of the VPC's first block."""
    return str(IPv4Network(block).network_address + _FIRST_ADDRESS + position)
