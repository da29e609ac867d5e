"""Who answers for the products' names (rows S6, S7)."""

from onboarding.sections.choices import Choice, Option
from onboarding.sections.definition import SectionDefinition
from onboarding.sections.questions import ListOf, Text, When
from onboarding.sections.suggest import Known, Suggest, usual
from onboarding.validators import dns_server, zone_name

_SECOND_LEVELS = frozenset({"ac", "co", "com", "edu", "gov", "net", "or", "org"})


def zone_of_the_company(known: Known) -> str | None:
    """`acme.internal` for people whose mail is in acme.example or acme.co.uk.

    Source: ICANN board resolution 2024.07.29.06, which keeps .internal out of the public DNS for good.
    """
    labels = known.mail_domain.split(".")[:-1]
    if len(labels) > 1 and labels[-1] in _SECOND_LEVELS:
        labels.pop()
    return f"{labels[-1]}.internal" if labels else None


SECTION = SectionDefinition(
    key="dns",
    title="DNS",
    lead="Who keeps the names of your products and the addresses they stand for.",
    minutes=3,
    gather="The name of your internal zone and, with your own servers, their addresses",
    slice="dns",
    questions=(
        Choice(
            key="choice",
            label="DNS service",
            missing="Select who keeps the names",
            suggest=usual("route53", "the usual one, with nothing to do for you"),
            options=(
                Option(
                    "route53",
                    "Amazon Route 53",
                    "The provider keeps the names in a private zone. Nothing to do for you.",
                ),
                Option("own", "Our own DNS server", "You get the names as a zone file and a table, and enter them."),
            ),
            why="The servers of your data centre must find the products by name.",
            who="Your DNS administrator",
        ),
        Text(
            key="zone",
            label="Zone name",
            missing="Enter the zone name",
            suggest=Suggest(zone_of_the_company, "the name of your mail domain, below .internal"),
            rule=zone_name,
            longest=253,
            hint="A domain of yours that resolves inside your networks only, such as acme.internal",
            placeholder="acme.internal",
            why="Every product is reached by a name in this zone.",
            where="Your DNS server's list of zones (Windows: DNS Manager, Forward Lookup Zones)",
            command="dig +short SOA acme.internal",
            who="Your DNS administrator",
        ),
        ListOf(
            key="servers",
            label="Addresses of your DNS servers",
            item="DNS server",
            shown_when=When("choice", ("own",)),
            missing="Enter the address of at least one DNS server",
            rule=dns_server,
            most=4,
            hint="They must be reachable from the VPCs",
            placeholder="10.30.0.53",
            why="The machines ask these servers, and the names are checked there.",
            command="cat /etc/resolv.conf",
            who="Your DNS administrator",
            where="In the network settings of any server in your data centre",
        ),
    ),
)
