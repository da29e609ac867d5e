"""Device configuration for the customer's router, written from what AWS says about the VPN connection.

One file per family of routers; which one fits is chosen from vendor, model and software as the customer wrote them. Every text
begins with a comment, whose first character is the family's comment mark. The texts hold pre-shared keys.
"""

from collections.abc import Callable
from dataclasses import dataclass

from environments.provisioning.routers import cisco_ios, fortios, generic, junos, pfsense, strongswan
from environments.provisioning.routers.document import Connection
from environments.provisioning.specification import DataCentre


@dataclass(frozen=True, slots=True)
class Family:
    """Routers that take the same text. `words`: one of them is in what the customer wrote; `but_not`: none of these is."""

    name: str
    render: Callable[[Connection], str]
    words: tuple[str, ...] = ()
    but_not: tuple[str, ...] = ()

    def takes(self, router: str) -> bool:
        return any(word in router for word in self.words) and not any(word in router for word in self.but_not)


GENERIC = Family("Any router", generic.render)
FAMILIES = (
    Family(
        "Cisco IOS", cisco_ios.render, ("cisco",), ("asa", "firepower", "ftd", "meraki", "nx-os", "ios xr", "ios-xr")
    ),
    Family("Juniper Junos", junos.render, ("juniper", "junos", "srx"), ("screenos", "ssg")),
    Family("Fortinet FortiOS", fortios.render, ("fortinet", "fortigate", "fortios")),
    Family("pfSense", pfsense.render, ("pfsense", "netgate")),
    Family("strongSwan", strongswan.render, ("strongswan", "swanctl")),
)


def family(answers: DataCentre) -> Family:
    """Return the family of the customer's router; the generic one, which names every value, where none is known to fit."""
    router = f"{answers.router_vendor} {answers.router_model} {answers.router_software}".casefold()
    return next((known for known in FAMILIES if known.takes(router)), GENERIC)
