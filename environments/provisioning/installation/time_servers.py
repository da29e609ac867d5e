"""Which clocks a machine follows: the whole configuration of chrony, so that no other clock is asked.

DHCP announces addresses alone (RFC 2132, 8.3), and in a VPC of the customer's it is theirs: names, and machines there, are told
here. Sources: chrony.conf(5); EC2 User Guide, "Set the time reference on your EC2 instance to use the local Amazon Time Sync
Service".
"""

from environments.provisioning.specification import Ntp

_AMAZON = "server 169.254.169.123 prefer iburst minpoll 4 maxpoll 4"
_HOW = ("driftfile /var/lib/chrony/drift", "makestep 1.0 3", "rtcsync")
"""A clock that is far off is set in its first three looks; after that it is slowed or hurried, and never runs backwards."""


def chrony_conf(ntp: Ntp) -> str:
    """Return the configuration: the customer's servers, names and addresses alike, or Amazon's."""
    own = ntp.choice == "own" and bool(ntp.servers)
    whose = "the customer's time servers" if own else "Amazon Time Sync"
    servers = [f"server {server} iburst" for server in ntp.servers] if own else [_AMAZON]
    return "\n".join((f"# Written by the installation, from the intake: {whose}.", *servers, *_HOW, ""))
