"""How the customer's data centre reaches the environments (rows S11-S13)."""

from environments.catalogue.routers import ROUTERS
from onboarding.sections.choices import Choice, Option
from onboarding.sections.definition import SectionDefinition
from onboarding.sections.questions import ListOf, Number, Suggestion, Text, When
from onboarding.sections.suggest import Known, Suggest
from onboarding.validators import bgp_asn, gateway_ip, one_line, routed_prefix, vlan

_LISTED = "Pick it from the list as you type; another one is taken too, and gets the general configuration"


def _offered(name: str, belongs_to: str = "") -> tuple[Suggestion, ...]:
    """Return what the known routers have under `name`, each once, with what it belongs to."""
    labels: dict[str, list[str]] = {}
    for router in ROUTERS:
        labels.setdefault(getattr(router, name), []).append(getattr(router, belongs_to) if belongs_to else "")
    return tuple(Suggestion(value, ", ".join(dict.fromkeys(of))) for value, of in labels.items())


def of_the_model(name: str) -> Suggest:
    """What all known routers of the model have in common, if anything."""

    def find(known: Known) -> str | None:
        found = {getattr(router, name) for router in ROUTERS if router.model == known.group.get("router_model")}
        return found.pop() if len(found) == 1 else None

    return Suggest(find, f"the {name} of the model, where we know it", later=True)


_VPN = When("choice", ("vpn",))
_DIRECT = When("choice", ("direct_connect",))
_STATIC = When("routing", ("static",))
_BGP = When("routing", ("bgp",))

SECTION = SectionDefinition(
    key="data_centre",
    title="Data-centre connection",
    lead="Whether and how your data centre is connected with the environments.",
    minutes=10,
    gather="Your router's public address, vendor, model and software version, and how it routes",
    slice="data_centre",
    facts=(
        "You open your firewall in both directions for the ports in the port matrix, which follows from your products.",
        "A VPN has two tunnels. Configure both: AWS takes one down for maintenance from time to time.",
        "Peering does not pass a VPN on: the provider's VPC cannot reach your data centre through yours.",
    ),
    questions=(
        Choice(
            key="choice",
            label="Connection",
            missing="Select how your data centre is connected",
            options=(
                Option("none", "No connection", "The products are reached inside AWS or over the Internet."),
                Option(
                    "vpn", "IPsec VPN", "Over the Internet, ready in a day. You get the configuration for your router."
                ),
                Option(
                    "direct_connect", "AWS Direct Connect", "A line from your network provider. Ordering takes weeks."
                ),
            ),
            who="Your network team",
            why="It decides how your people and systems reach the products.",
        ),
        Text(
            key="gateway_ip",
            label="Gateway address",
            shown_when=_VPN,
            missing="Enter the public address of your gateway",
            rule=gateway_ip,
            hint="The static Internet address of your router's outer interface; behind NAT, the NAT device's address",
            why="AWS builds the tunnels to this address. UDP 500 and 4500 must reach it.",
            who="Your network team",
            where="The outer interface of your router, or your Internet provider's contract",
            command="curl https://checkip.amazonaws.com",
        ),
        Choice(
            key="routing",
            label="Routing",
            shown_when=_VPN,
            missing="Select how your router routes",
            options=(
                Option("bgp", "Dynamic (BGP)", "Routes and a failing tunnel are noticed by themselves."),
                Option("static", "Static", "For routers without BGP. You list the prefixes behind it."),
            ),
            why="Both ends must route the same way, or no packet passes the tunnel.",
            where="Your router's configuration: whether it holds a BGP process",
            command="show ip protocols",
            who="Your network team",
        ),
        Number(
            key="bgp_asn",
            label="BGP ASN",
            shown_when=_BGP,
            missing="Enter a BGP ASN, or choose static routing",
            example="65000",
            rule=bgp_asn,
            least=1,
            most=4294967294,
            hint="Your own, or a private one from 64512 to 65534",
            command="show ip bgp summary",
            who="Your network team",
            why="Each end of a BGP session names its own autonomous system.",
        ),
        ListOf(
            key="prefixes",
            label="Prefixes behind your router",
            item="prefix",
            shown_when=_STATIC,
            missing="Enter at least one prefix, or choose BGP",
            rule=routed_prefix,
            most=100,
            placeholder="192.168.0.0/16",
            why="Static routing needs to know what lies behind the tunnel.",
            who="Your network team",
            command="show ip route",
        ),
        Text(
            key="router_vendor",
            label="Router vendor",
            shown_when=_VPN,
            missing="Enter the vendor of your router",
            suggest=of_the_model("vendor"),
            rule=one_line,
            longest=80,
            placeholder="Cisco Systems, Inc.",
            suggestions=_offered("vendor"),
            hint=_LISTED,
            why="Vendor, model and software decide which configuration file you get.",
            command="show version",
            who="Your network team",
        ),
        Text(
            key="router_model",
            label="Router model",
            shown_when=_VPN,
            missing="Enter the model of your router",
            rule=one_line,
            longest=80,
            placeholder="ISR Series Routers",
            suggestions=_offered("model", "vendor"),
            why="Vendor, model and software decide which configuration file you get.",
            command="show version",
            who="Your network team",
        ),
        Text(
            key="router_software",
            label="Router software version",
            shown_when=_VPN,
            missing="Enter the software version of your router",
            suggest=of_the_model("software"),
            rule=one_line,
            longest=80,
            placeholder="IOS 12.4+",
            suggestions=_offered("software", "model"),
            why="Vendor, model and software decide which configuration file you get.",
            command="show version",
            who="Your network team",
        ),
        Text(
            key="line_provider",
            label="Internet or network provider of the line",
            shown_when=_DIRECT,
            missing="Enter who provides the line",
            rule=one_line,
            longest=120,
            why="They order the cross-connect, and we may have to speak to them.",
            where="The contract of the line",
            who="Your network team",
        ),
        Text(
            key="line_location",
            label="Direct Connect location",
            shown_when=_DIRECT,
            missing="Enter the Direct Connect location",
            rule=one_line,
            longest=120,
            placeholder="Equinix LD5, London",
            where="AWS console, Direct Connect, Connections",
            command="aws directconnect describe-connections",
            why="The line ends at this AWS location, and the letter of authorisation names it.",
            who="Your network provider",
        ),
        Number(
            key="vlan",
            label="VLAN",
            shown_when=_DIRECT,
            missing="Enter the VLAN of the virtual interface",
            example="101",
            rule=vlan,
            least=1,
            most=4094,
            why="The virtual interface is tagged with it at both ends of the line.",
            where="AWS console, Direct Connect, Virtual interfaces",
            command="aws directconnect describe-virtual-interfaces --query 'virtualInterfaces[].[virtualInterfaceId,vlan]'",
            who="Your network provider",
        ),
        Number(
            key="line_asn",
            label="BGP ASN of your side",
            shown_when=_DIRECT,
            missing="Enter the BGP ASN of your side of the line",
            example="65000",
            rule=bgp_asn,
            least=1,
            most=4294967294,
            why="Direct Connect routes by BGP, and each end names its own autonomous system.",
            command="show ip bgp summary",
            who="Your network team",
        ),
    ),
)
