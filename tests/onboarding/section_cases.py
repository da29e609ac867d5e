"""One table of every rule that looks at more than one answer: answers in, and whether they are refused, where and how.

Every rule has a case that it accepts, one that it refuses, and one at its edge. The service, the page and the API are fed from
it (test_rules_everywhere.py).
"""

from collections.abc import Mapping
from copy import deepcopy
from dataclasses import dataclass, field
from typing import Any

from onboarding.addressing import Ranges
from onboarding.sections.across import Around, Known
from tests.factories.answers import ANSWERS

ACCEPT, REJECT, EDGE = "accept", "reject", "edge"
Answers = dict[str, dict[str, Any]]


@dataclass(frozen=True)
class Case:
    """`key`: the section that is judged. Without a pointer the rule has nothing to say.

    `others`, `own`: environments that stand beside this intake, of another customer and of the same one. `zones`: the private
    zones that other customers' answers name.
    """

    rule: str
    kind: str
    key: str
    answers: Answers
    pointer: str = ""
    words: str = ""
    others: tuple[Known, ...] = ()
    own: tuple[Known, ...] = ()
    zones: tuple[str, ...] = ()
    settings: Mapping[str, Any] = field(default_factory=dict)

    @property
    def around(self) -> Around:
        standing = [*self.others, *self.own]
        return Around(
            taken=Ranges(block for one in self.others for block in one.blocks),
            own=self.own,
            zones=frozenset(self.zones),
            peerings=len(standing),
            routes=sum(len(one.blocks) for one in standing),
        )

    def __str__(self) -> str:
        return f"{self.rule}-{self.kind}-{self.words[:30] or 'nothing to say'}"


def known(*blocks: str, vpc_id: str = "vpc-0a1b2c3d4e5f69999", region: str = "eu-west-1") -> Known:
    return Known("Elsewhere", "333333333333", region, vpc_id, blocks)


def of(**sections: dict[str, Any]) -> Answers:
    """Return a whole sound intake, in which these answers of these sections are others. None takes an answer away."""
    answers = deepcopy(ANSWERS)
    for key, changes in sections.items():
        answers[key] = {name: value for name, value in {**answers[key], **changes}.items() if value is not None}
    return answers


def environments(*changes: dict[str, Any], **more: Any) -> dict[str, Any]:
    """Return remote access with these changes in its environments, one after the other; both together give as many."""
    rows = deepcopy(ANSWERS["remote_access"]["environments"])
    pairs = zip(rows, [*changes, *({} for _ in rows)], strict=False)
    return {"environments": [{**row, **change} for row, change in pairs], **more}


NEW: dict[str, Any] = {"vpc": "provider", "vpc_id": "", "ipv6_blocks": []}
WISH = {"account_wish": True, "root_email": "aws@acme.example"}
VPN = {"prefixes": ["192.168.0.0/16"]}
OWN_DNS = {"choice": "own", "servers": ["192.168.4.53"]}
BGP = {"routing": "bgp", "prefixes": None, "bgp_asn": 65000}
LINE = {
    "choice": "direct_connect",
    "line_provider": "Carrier",
    "line_location": "Equinix LD5",
    "vlan": 101,
    "line_asn": 65000,
}
MANY = tuple(known(f"10.{number}.0.0/16") for number in range(100, 148))


def _blocks(*blocks: str, **more: Any) -> dict[str, Any]:
    return environments({"cidr_blocks": list(blocks), **more})


def _products(*rows: tuple[str, str, str], **more: Any) -> dict[str, Any]:
    names = ("product", "version", "pattern")
    return {"products": [dict(zip(names, row, strict=True)) for row in rows], **more}


def _people(*rows: tuple[str, str]) -> dict[str, Any]:
    return {"people": [{"name": "Ada", "email": email, "access": access} for email, access in rows]}


AM, AM_SINGLE = ("api-manager", "4.5.0", "ha"), ("api-manager", "4.5.0", "single")
IS = ("identity-server", "7.1.0", "ha")

# fmt: off
PRODUCTS = (
    Case("versions_exist", ACCEPT, "products", of()),
    Case("versions_exist", REJECT, "products", of(products=_products(("api-manager", "7.1.0", "ha"))), "products/0/version",
         "API Manager 7.1.0 is not offered. Select one of 4.5.0"),
    Case("versions_exist", EDGE, "products", of(products=_products(("api-manager", "4.2.0", "ha")))),
    Case("each_product_once", ACCEPT, "products", of()),
    Case("each_product_once", REJECT, "products", of(products=_products(AM, IS, AM)), "products/2/product",
         "API Manager is given twice"),
    Case("each_product_once", EDGE, "products", of(products=_products(AM, IS))),
    Case("pattern_fits_target", ACCEPT, "products", of()),
    Case("pattern_fits_target", REJECT, "products", of(products=_products(IS, AM_SINGLE)), "products/1/pattern",
         "cannot keep the 99.9 % under “Monitoring and alerts”"),
    Case("pattern_fits_target", EDGE, "products",
         of(products=_products(AM_SINGLE), monitoring={"availability_target": "99.5"})),
    Case("certificate_names_fit", ACCEPT, "products", of()),
    Case("certificate_names_fit", EDGE, "products", of(products={"domain": f"{'d' * 49}.example"})),
    Case("certificate_names_fit", REJECT, "products", of(products={"domain": f"{'d' * 50}.example"}), "domain",
         "AWS takes 64 characters; this is 65. Use a shorter domain"),
    Case("certificate_names_fit", EDGE, "products",
         of(products=_products(AM_SINGLE, domain=f"{'d' * 60}.example"), monitoring={"availability_target": "99.5"})),
)

REMOTE_ACCESS = (
    Case("new_account_gets_new_vpcs", ACCEPT, "remote_access", of()),
    Case("new_account_gets_new_vpcs", REJECT, "remote_access", of(remote_access=environments(NEW, **WISH)),
         "environments/1/vpc", "Select that the provider makes the VPC"),
    Case("new_account_gets_new_vpcs", EDGE, "remote_access", of(remote_access=environments(NEW, NEW, **WISH))),
    Case("one_is_production", ACCEPT, "remote_access", of()),
    Case("one_is_production", REJECT, "remote_access", of(remote_access=environments({"kind": "staging"})), "environments",
         "One environment must be production"),
    Case("one_is_production", EDGE, "remote_access", of(remote_access=environments({}, {"kind": "production"}))),
    Case("vpcs_differ", ACCEPT, "remote_access", of()),
    Case("vpcs_differ", REJECT, "remote_access", of(remote_access=environments({}, {"vpc_id": "vpc-0a1b2c3d4e5f60001"})),
         "environments/1/vpc_id", "Production and non-production must be different VPCs"),
    Case("vpcs_differ", REJECT, "remote_access",
         of(remote_access=environments({}, {"kind": "production", "vpc_id": "vpc-0a1b2c3d4e5f60001"})),
         "environments/1/vpc_id", "Every environment has its own VPC"),
    Case("vpcs_differ", EDGE, "remote_access", of(remote_access=environments({}, {"vpc_id": "vpc-0a1b2c3d4e5f6000f"}))),
    Case("vpc_is_not_the_providers", ACCEPT, "remote_access", of()),
    Case("vpc_is_not_the_providers", REJECT, "remote_access",
         of(remote_access=environments({"vpc_id": "vpc-0a1b2c3d4e5f60718"})), "environments/0/vpc_id",
         "a VPC cannot peer with itself. Give yours"),
    Case("vpc_is_not_the_providers", EDGE, "remote_access",
         of(remote_access=environments({"vpc_id": "vpc-0a1b2c3d4e5f60719"}))),
    Case("account_is_not_the_providers", ACCEPT, "remote_access", of()),
    Case("account_is_not_the_providers", REJECT, "remote_access",
         of(remote_access=environments({}, {"account_id": "1111-1111-1111"})), "environments/1/account_id",
         "WSO2's own AWS account. Give the account that your VPC is in"),
    Case("account_is_not_the_providers", EDGE, "remote_access",
         of(remote_access=environments({"account_id": "111111111112"}))),
    Case("new_vpcs_can_be_cut", ACCEPT, "remote_access", of(remote_access=environments({}, NEW))),
    Case("new_vpcs_can_be_cut", EDGE, "remote_access",
         of(remote_access=environments({}, {**NEW, "cidr_blocks": ["10.21.0.0/22"]}))),
    Case("new_vpcs_can_be_cut", REJECT, "remote_access",
         of(remote_access=environments({}, {**NEW, "cidr_blocks": ["10.21.0.0/23"]})), "environments/1/cidr_blocks/0",
         "The block of a new VPC is /16 to /22"),
    Case("new_vpcs_can_be_cut", REJECT, "remote_access",
         of(remote_access=environments({}, {**NEW, "cidr_blocks": ["10.21.0.0/20", "10.22.0.0/20"]})),
         "environments/1/cidr_blocks", "A new VPC gets one block. Remove the others"),
    Case("names_differ", ACCEPT, "remote_access", of()),
    Case("names_differ", REJECT, "remote_access", of(remote_access=environments({}, {"name": "production"})),
         "environments/1/name", "Two environments are called production"),
    Case("names_differ", REJECT, "remote_access", of(remote_access=environments({"name": "Pre prod"}, {"name": "pre-prod"})),
         "environments/1/name", "pre-prod and Pre prod would give their products the same names"),
    Case("names_differ", EDGE, "remote_access", of(remote_access=environments({"name": "Test 1"}, {"name": "Test 11"}))),
    Case("production_differs_from_recovery", ACCEPT, "remote_access", of()),
    Case("production_differs_from_recovery", REJECT, "remote_access",
         of(remote_access=environments({"region": "eu-central-1"})), "environments/0/region",
         "eu-central-1 is your Region for disaster recovery"),
    Case("production_differs_from_recovery", EDGE, "remote_access",
         of(remote_access=environments({}, {"region": "eu-central-1"}))),
    Case("region_takes_the_asn", ACCEPT, "remote_access", of()),
    Case("region_takes_the_asn", REJECT, "remote_access",
         of(remote_access=environments({}, {"region": "ap-northeast-1"}), data_centre={**BGP, "bgp_asn": 10124}),
         "environments/1/region", "AWS reserves 10124, the ASN of your router, in ap-northeast-1"),
    Case("region_takes_the_asn", EDGE, "remote_access", of(data_centre={**BGP, "bgp_asn": 10124})),
    Case("vpc_is_where_it_was_said_to_be", ACCEPT, "remote_access", of(), own=(known("10.77.0.0/16"),)),
    Case("vpc_is_where_it_was_said_to_be", REJECT, "remote_access", of(), "environments/0/region",
         "vpc-0a1b2c3d4e5f60001 is in Region eu-west-2, as you told for “Elsewhere”",
         own=(known("10.20.0.0/16", vpc_id="vpc-0a1b2c3d4e5f60001", region="eu-west-2"),)),
    Case("vpc_is_where_it_was_said_to_be", REJECT, "remote_access", of(), "environments/0/account_id",
         "is in account 333333333333", own=(known("10.20.0.0/16", vpc_id="vpc-0a1b2c3d4e5f60001"),)),
    Case("vpc_is_where_it_was_said_to_be", EDGE, "remote_access",
         of(remote_access=environments({"account_id": "333333333333"})),
         own=(known("10.20.0.0/16", vpc_id="vpc-0a1b2c3d4e5f60001"),)),
    Case("names_fit_a_certificate", ACCEPT, "remote_access", of()),
    Case("names_fit_a_certificate", EDGE, "remote_access", of(remote_access=environments({}, {"name": "n" * 37}))),
    Case("names_fit_a_certificate", REJECT, "remote_access", of(remote_access=environments({}, {"name": "n" * 38})),
         "environments/1/name", "AWS takes 64 characters; this is 65. Use a shorter name"),
    Case("names_fit_a_certificate", EDGE, "remote_access", of(remote_access=environments({"name": "n" * 40}))),
    Case("blocks_leave_the_hub_alone", ACCEPT, "remote_access", of()),
    Case("blocks_leave_the_hub_alone", REJECT, "remote_access", of(remote_access=_blocks("10.200.4.0/22")),
         "environments/0/cidr_blocks/0",
         "overlaps 10.200.0.0/16 of WSO2's VPC, so AWS cannot peer them. Use a VPC with another range: 10.0.0.0/22 is free"),
    Case("blocks_leave_the_hub_alone", REJECT, "remote_access", of(remote_access=_blocks("10.22.0.0/16", "10.200.0.0/16")),
         "environments/0/cidr_blocks/1", "10.200.0.0/16 overlaps 10.200.0.0/16"),
    Case("blocks_leave_the_hub_alone", REJECT, "remote_access",
         of(remote_access=environments({**NEW, "cidr_blocks": ["10.200.4.0/22"]})), "environments/0/cidr_blocks/0",
         "10.0.0.0/22 is free: use it for “Production”"),
    Case("blocks_leave_the_hub_alone", REJECT, "remote_access",
         of(remote_access=environments({"ipv6_blocks": ["2600:1f18:0:1200::/56"]})), "environments/0/ipv6_blocks/0",
         "Use a VPC with another range: fd80::/56 is free", settings={"PROVIDER_FURTHER_CIDRS": ["2600:1f18:0:1200::/56"]}),
    Case("blocks_leave_the_hub_alone", REJECT, "remote_access", of(remote_access=_blocks("10.200.4.0/22")),
         "environments/0/cidr_blocks/0", "No other range of this size is free: write to managed-services@wso2.example",
         settings={"ADDRESS_POOL": ["10.200.0.0/16"]}),
    Case("blocks_leave_the_hub_alone", EDGE, "remote_access", of(remote_access=_blocks("10.199.0.0/16", "10.201.0.0/16"))),
    Case("blocks_are_not_taken", ACCEPT, "remote_access", of(), others=(known("10.60.0.0/16"),)),
    Case("blocks_are_not_taken", REJECT, "remote_access", of(), "environments/0/cidr_blocks/0",
         "to one place only. Use a VPC with another range: 10.1.0.0/16",
         others=(known("10.0.0.0/16", "10.20.128.0/20"),)),
    Case("blocks_are_not_taken", REJECT, "remote_access",
         of(remote_access=environments({"ipv6_blocks": ["fd80:0:0:100::/56"]})), "environments/0/ipv6_blocks/0",
         "is taken in WSO2's network", others=(known("10.60.0.0/16", "fd80::/52"),)),
    Case("blocks_are_not_taken", EDGE, "remote_access", of(), others=(known("10.19.0.0/16", "10.22.0.0/16"),)),
    Case("blocks_differ_from_other_environments", ACCEPT, "remote_access", of(), own=(known("10.60.0.0/16"),)),
    Case("blocks_differ_from_other_environments", REJECT, "remote_access", of(), "environments/1/cidr_blocks/0",
         "10.21.0.0/16 overlaps 10.21.8.0/22 of your environment “Elsewhere”", own=(known("10.60.0.0/16", "10.21.8.0/22"),)),
    Case("blocks_differ_from_other_environments", EDGE, "remote_access", of(),
         own=(known("10.21.0.0/16", vpc_id="vpc-0a1b2c3d4e5f60002"),)),
    Case("blocks_differ", ACCEPT, "remote_access", of(remote_access=_blocks("10.20.0.0/16", "10.22.0.0/16"))),
    Case("blocks_differ", REJECT, "remote_access", of(remote_access=environments({}, {"cidr_blocks": ["10.20.4.0/22"]})),
         "environments/1/cidr_blocks/0",
         "10.20.4.0/22 overlaps 10.20.0.0/16 given above. WSO2 can route to one of them only"),
    Case("blocks_differ", REJECT, "remote_access", of(remote_access=_blocks("10.20.4.0/22", "10.20.0.0/16")),
         "environments/0/cidr_blocks/1", "10.20.0.0/16 overlaps 10.20.4.0/22"),
    Case("blocks_differ", EDGE, "remote_access", of(remote_access=_blocks("10.20.0.0/17", "10.20.128.0/17"))),
    Case("blocks_leave_the_prefixes_alone", ACCEPT, "remote_access", of()),
    Case("blocks_leave_the_prefixes_alone", REJECT, "remote_access", of(data_centre={"prefixes": ["10.20.4.0/24"]}),
         "environments/0/cidr_blocks/0", "overlaps 10.20.4.0/24, which you route to your data centre"),
    Case("blocks_leave_the_prefixes_alone", EDGE, "remote_access", of(data_centre={"prefixes": ["0.0.0.0/0"]})),
    Case("hub_has_room", ACCEPT, "remote_access", of()),
    Case("hub_has_room", EDGE, "remote_access", of(), others=MANY),
    Case("hub_has_room", REJECT, "remote_access", of(), "environments", "no room for 2 more peerings. Nothing is wrong",
         others=(*MANY, known("10.90.0.0/16"))),
    Case("hub_has_room", REJECT, "remote_access", of(remote_access=_blocks("10.20.0.0/17", "10.20.128.0/17")), "environments",
         "no room for 3 more routes", others=MANY),
    Case("range_is_not_dockers", ACCEPT, "remote_access", of()),
    Case("range_is_not_dockers", REJECT, "remote_access", of(remote_access=_blocks("172.17.4.0/22")),
         "environments/0/cidr_blocks/0", "which Docker and some AWS services use inside machines"),
    Case("range_is_not_dockers", EDGE, "remote_access", of(remote_access=_blocks("172.16.0.0/16", "172.18.0.0/16"))),
    Case("region_is_enabled", ACCEPT, "remote_access", of()),
    Case("region_is_enabled", REJECT, "remote_access", of(remote_access=environments({}, {"region": "eu-south-1"})),
         "environments/1/region", "eu-south-1 has to be enabled in an AWS account"),
    Case("region_is_enabled", EDGE, "remote_access", of(remote_access=environments({"region": "eu-west-3"}))),
)

DATA_CENTRE = (
    Case("asn_is_free_in_region", ACCEPT, "data_centre", of(data_centre=BGP)),
    Case("asn_is_free_in_region", REJECT, "data_centre", of(data_centre={**BGP, "bgp_asn": 9059}), "bgp_asn",
         "9059 is reserved by AWS in eu-west-1"),
    Case("asn_is_free_in_region", REJECT, "data_centre",
         of(remote_access=environments({"region": "ap-southeast-1"}), data_centre={**LINE, "line_asn": 17493}), "line_asn",
         "17493 is reserved by AWS in ap-southeast-1"),
    Case("asn_is_free_in_region", EDGE, "data_centre", of(data_centre={**BGP, "bgp_asn": 10124})),
    Case("prefixes_leave_the_vpcs_alone", ACCEPT, "data_centre", of()),
    Case("prefixes_leave_the_vpcs_alone", REJECT, "data_centre", of(data_centre={"prefixes": ["10.20.0.0/15"]}), "prefixes/0",
         "overlaps 10.20.0.0/16 of your VPC, so traffic to it would never leave the VPC. Remove it"),
    Case("prefixes_leave_the_vpcs_alone", REJECT, "data_centre",
         of(data_centre={"prefixes": ["192.168.0.0/16", "10.16.0.0/12"]}), "prefixes/1",
         "Narrow it to 10.16.0.0/14, 10.22.0.0/15, 10.24.0.0/13."),
    Case("prefixes_leave_the_vpcs_alone", EDGE, "data_centre", of(data_centre={"prefixes": ["10.22.0.0/16", "0.0.0.0/0"]})),
    Case("prefixes_leave_the_hub_alone", ACCEPT, "data_centre", of()),
    Case("prefixes_leave_the_hub_alone", REJECT, "data_centre", of(data_centre={"prefixes": ["10.200.0.0/15"]}), "prefixes/0",
         "overlaps 10.200.0.0/16 of WSO2's VPC, to which your VPC's peering leads. Narrow it to 10.201.0.0/16."),
    Case("prefixes_leave_the_hub_alone", EDGE, "data_centre", of(data_centre={"prefixes": ["10.199.0.0/16", "0.0.0.0/0"]})),
    Case("prefixes_are_distinct", ACCEPT, "data_centre", of()),
    Case("prefixes_are_distinct", REJECT, "data_centre", of(data_centre={"prefixes": ["192.168.4.0/22", "192.168.0.0/16"]}),
         "prefixes/0", "192.168.4.0/22 lies within 192.168.0.0/16, which leads to the same place. Remove one of them"),
    Case("prefixes_are_distinct", EDGE, "data_centre", of(data_centre={"prefixes": ["192.168.0.0/17", "192.168.128.0/17"]})),
)

MAIL_AND_TIME = (
    Case("port_fits_encryption", ACCEPT, "smtp", of()),
    Case("port_fits_encryption", REJECT, "smtp", of(smtp={"encryption": "tls"}), "encryption",
         "Port 587 starts with STARTTLS. Select STARTTLS, or use port 465"),
    Case("port_fits_encryption", REJECT, "smtp", of(smtp={"port": 2465}), "encryption",
         "Port 2465 speaks TLS from the start. Select TLS, or use port 587"),
    Case("port_fits_encryption", EDGE, "smtp", of(smtp={"port": 2587})),
    Case("port_fits_encryption", EDGE, "smtp", of(smtp={"port": 2465, "encryption": "tls"})),
    Case("sender_is_in_domain", ACCEPT, "smtp", of(smtp={"choice": "ses", "sender_domain": "acme.example"})),
    Case("sender_is_in_domain", REJECT, "smtp", of(smtp={"choice": "ses", "sender_domain": "cme.example"}), "sender",
         "alerts@acme.example is not in cme.example. Use an address there"),
    Case("sender_is_in_domain", EDGE, "smtp",
         of(smtp={"choice": "ses", "sender_domain": "acme.example", "sender": "alerts@mail.acme.example"})),
    Case("ses_starts_in_a_sandbox", ACCEPT, "smtp", of()),
    Case("ses_starts_in_a_sandbox", REJECT, "smtp", of(smtp={"choice": "ses", "sender_domain": "acme.example"}), "choice",
         "A new SES account is in a sandbox: 200 mails a day"),
    Case("ses_starts_in_a_sandbox", EDGE, "smtp", of(smtp={"sender_domain": "acme.example"})),
    Case("servers_can_be_announced", ACCEPT, "ntp", of()),
    Case("servers_can_be_announced", REJECT, "ntp", of(ntp={"servers": [f"192.168.0.{n}" for n in range(1, 6)]}), "servers",
         "At most 4 IPv4 time servers can be announced; this is 5. Remove some"),
    Case("servers_can_be_announced", EDGE, "ntp",
         of(ntp={"servers": [*(f"192.168.0.{n}" for n in range(1, 5)), *(f"2600::{n}" for n in range(1, 5))]})),
    Case("time_servers_outvote_a_wrong_one", ACCEPT, "ntp", of(ntp={"choice": "amazon", "servers": None})),
    Case("time_servers_outvote_a_wrong_one", REJECT, "ntp", of(ntp={"servers": ["ntp1.acme.example", "ntp2.acme.example"]}),
         "servers", "With 2 time servers nobody can tell which one is wrong. Use at least 3, or Amazon Time Sync"),
    Case("time_servers_outvote_a_wrong_one", EDGE, "ntp", of()),
)

REST = (
    Case("target_fits_pattern", ACCEPT, "monitoring", of()),
    Case("target_fits_pattern", REJECT, "monitoring", of(products=_products(AM, ("identity-server", "7.1.0", "single"))),
         "availability_target", "99.9 % cannot be kept with a single node"),
    Case("target_fits_pattern", EDGE, "monitoring",
         of(products=_products(AM_SINGLE), monitoring={"availability_target": "99.5"})),
    Case("recovery_region_differs", ACCEPT, "backup", of()),
    Case("recovery_region_differs", REJECT, "backup", of(backup={"dr_region": "eu-west-1"}), "dr_region",
         "eu-west-1 is production's own Region. Disaster recovery needs another one"),
    Case("recovery_region_differs", EDGE, "backup",
         of(remote_access=environments({}, {"region": "eu-central-1"}), backup={"dr_region": "eu-central-1"})),
    Case("recovery_region_is_enabled", ACCEPT, "backup", of()),
    Case("recovery_region_is_enabled", REJECT, "backup", of(backup={"dr_region": "eu-central-2"}), "dr_region",
         "eu-central-2 has to be enabled in an AWS account"),
    Case("recovery_region_is_enabled", EDGE, "backup", of(backup={"disaster_recovery": False, "dr_region": "eu-central-2"})),
    Case("addresses_differ", ACCEPT, "users", of()),
    Case("addresses_differ", REJECT, "users",
         of(users=_people(("ada@acme.example", "administrator"), ("Ada@acme.example", "developer"))), "people/1/email",
         "Ada@acme.example is given twice"),
    Case("addresses_differ", EDGE, "users",
         of(users=_people(("ada@acme.example", "administrator"), ("ada@mail.acme.example", "developer")))),
    Case("someone_administers", ACCEPT, "users", of()),
    Case("someone_administers", REJECT, "users", of(users=_people(("dev@acme.example", "developer"))), "people",
         "One person must be administrator"),
    Case("someone_administers", EDGE, "users", of(users=_people(("ada@acme.example", "administrator")))),
)

_IN_VPC = "10.21.4.53"
ZONES = (
    Case("zone_is_not_taken", ACCEPT, "dns", of()),
    Case("zone_is_not_taken", REJECT, "dns", of(), "zone",
         "WSO2's network has a zone acme.internal already, and finds one of a name only. Use another name, such as "
         "cloud.acme.internal.", zones=("acme.internal",)),
    Case("zone_is_not_taken", REJECT, "dns", of(), "zone", "such as aws.acme.internal.",
         zones=("acme.internal", "cloud.acme.internal")),
    Case("zone_is_not_taken", EDGE, "dns", of(), zones=("north.acme.internal", "internal.example")),
    Case("zone_is_not_taken", EDGE, "dns", of(dns=OWN_DNS), zones=("acme.internal",)),
)
REACH = (
    Case("server_is_not_the_providers", ACCEPT, "dns", of(dns=OWN_DNS)),
    Case("server_is_not_the_providers", REJECT, "dns", of(dns={**OWN_DNS, "servers": ["192.168.4.53", "10.200.255.255"]}),
         "servers/1", "10.200.255.255 is an address of WSO2's own network, where none of your servers is"),
    Case("server_is_not_the_providers", EDGE, "dns", of(dns={**OWN_DNS, "servers": ["10.201.0.0"]})),
    Case("server_has_an_address_that_aws_gives", ACCEPT, "dns", of(dns={**OWN_DNS, "servers": [_IN_VPC]})),
    Case("server_has_an_address_that_aws_gives", REJECT, "dns", of(dns={**OWN_DNS, "servers": ["10.20.0.2"]}),
         "servers/0", "10.20.0.2 is reserved by AWS in 10.20.0.0/16 of “Production”"),
    Case("server_has_an_address_that_aws_gives", REJECT, "smtp", of(smtp={"host": "10.21.255.255"}),
         "host", "10.21.255.255 is reserved by AWS in 10.21.0.0/16 of “Test”"),
    Case("server_has_an_address_that_aws_gives", EDGE, "ntp", of(ntp={"servers": ["10.20.0.4", "10.20.255.254"]})),
    Case("new_vpcs_lead_to_the_server", ACCEPT, "dns", of(remote_access=environments(NEW, NEW), dns=OWN_DNS)),
    Case("new_vpcs_lead_to_the_server", REJECT, "logs",
         of(remote_access=environments({}, NEW), logs={"host": "10.30.0.9"}, data_centre={"choice": "none"}),
         "host", "from the new VPC of “Test” to 10.30.0.9: you chose no data-centre connection. Choose one, or give"),
    Case("new_vpcs_lead_to_the_server", REJECT, "smtp", of(remote_access=environments(NEW), smtp={"host": "10.30.0.25"}),
         "host", "it is behind none of the prefixes of your router. Add its prefix under “Data-centre connection”"),
    Case("new_vpcs_lead_to_the_server", REJECT, "dns",
         of(remote_access=environments(NEW, NEW), dns={**OWN_DNS, "servers": [_IN_VPC]}),
         "servers/0", "Nothing leads from the new VPC of “Production” to 10.21.4.53"),
    Case("new_vpcs_lead_to_the_server", EDGE, "dns",
         of(remote_access=environments({}, NEW), dns={**OWN_DNS, "servers": [_IN_VPC]}, data_centre={"choice": "none"})),
    Case("new_vpcs_lead_to_the_server", EDGE, "smtp",
         of(remote_access=environments(NEW, NEW), smtp={"host": "10.30.0.25"}, data_centre=BGP)),
    Case("new_vpcs_lead_to_the_server", EDGE, "smtp",
         of(remote_access=environments(NEW, NEW), smtp={"host": "52.16.10.25"}, data_centre={"choice": "none"})),
    Case("new_vpcs_reach_the_servers", ACCEPT, "remote_access", of(remote_access=environments(NEW, NEW), dns=OWN_DNS)),
    Case("new_vpcs_reach_the_servers", REJECT, "remote_access",
         of(remote_access=environments({}, NEW), dns=OWN_DNS, logs={"host": "192.168.4.9"}, data_centre={"choice": "none"}),
         "environments/1/vpc", "from a new VPC to 192.168.4.53, your DNS server under “DNS”; 192.168.4.9, your log collector"),
    Case("new_vpcs_reach_the_servers", EDGE, "remote_access",
         of(remote_access=environments({}, NEW), dns={**OWN_DNS, "servers": [_IN_VPC]}, data_centre={"choice": "none"})),
    Case("new_vpcs_reach_the_servers", EDGE, "remote_access", of(dns=OWN_DNS, data_centre={"choice": "none"})),
    Case("connection_leads_to_the_servers", ACCEPT, "data_centre", of(remote_access=environments(NEW, NEW), dns=OWN_DNS)),
    Case("connection_leads_to_the_servers", REJECT, "data_centre",
         of(remote_access=environments(NEW, NEW), dns=OWN_DNS, data_centre={"choice": "none"}), "choice",
         "new VPC of “Production”, “Test” to 192.168.4.53, your DNS server under “DNS”. Choose a connection, or give"),
    Case("connection_leads_to_the_servers", REJECT, "data_centre",
         of(remote_access=environments({}, NEW), smtp={"host": "192.168.4.25"}, data_centre={"prefixes": ["192.168.5.0/24"]}),
         "prefixes", "new VPC of “Test” to 192.168.4.25, your mail server under “SMTP”. Add the prefix"),
    Case("connection_leads_to_the_servers", EDGE, "data_centre",
         of(remote_access=environments({}, NEW), ntp={"servers": ["192.168.4.1"]},
            data_centre={"prefixes": ["192.168.4.0/31"]})),
    Case("connection_leads_to_the_servers", EDGE, "data_centre",
         of(remote_access=environments(NEW, NEW), smtp={"host": "52.16.10.25"}, data_centre={"choice": "none"})),
    Case("blocks_leave_the_servers_their_addresses", ACCEPT, "remote_access", of(dns={**OWN_DNS, "servers": [_IN_VPC]})),
    Case("blocks_leave_the_servers_their_addresses", REJECT, "remote_access",
         of(remote_access=_blocks("10.22.0.0/16", "10.23.4.48/28"), dns={**OWN_DNS, "servers": ["10.23.4.51"]}),
         "environments/0/cidr_blocks/1", "AWS reserves an address in 10.23.4.48/28 that is said to be in use: 10.23.4.51, your "
         "DNS server under “DNS”"),
    Case("blocks_leave_the_servers_their_addresses", EDGE, "remote_access",
         of(remote_access=_blocks("10.23.4.48/28"), dns={**OWN_DNS, "servers": ["10.23.4.52"]})),
    Case("server_is_beyond_the_peering", ACCEPT, "smtp", of()),
    Case("server_is_beyond_the_peering", REJECT, "smtp", of(smtp={"host": "192.168.4.25"}),
         "host", "whose connection ends on your VPC: 192.168.4.25. Your machines reach it; WSO2's VPC does not"),
    Case("server_is_beyond_the_peering", REJECT, "dns", of(dns={**OWN_DNS, "servers": ["10.99.0.53"]}, data_centre=BGP),
         "servers/0", "give a DNS server inside the VPC that forwards to this one, or choose Amazon Route 53"),
    Case("server_is_beyond_the_peering", REJECT, "ntp", of(ntp={"servers": ["fd12::123"]}, data_centre=LINE),
         "servers/0", "since a peering does not pass the connection on"),
    Case("server_is_beyond_the_peering", REJECT, "monitoring",
         of(monitoring={"internet_reachable": False, "http_proxy": "http://192.168.4.8:3128"}),
         "http_proxy", "What goes out from the provider's VPC takes its own way"),
    Case("server_is_beyond_the_peering", REJECT, "logs", of(logs={"host": "192.168.4.9"}),
         "host", "Logs are sent by your machines only"),
    Case("server_is_beyond_the_peering", EDGE, "smtp", of(smtp={"host": "192.168.4.25"}, data_centre={"choice": "none"})),
    Case("server_is_beyond_the_peering", REJECT, "dns", of(dns={**OWN_DNS, "servers": ["192.168.4.53", "192.168.4.54"]}),
         "servers/0", "ends on your VPC: 192.168.4.53, 192.168.4.54. Your machines"),
    Case("server_is_beyond_the_peering", EDGE, "dns", of(dns={**OWN_DNS, "servers": ["10.30.0.53"]})),
    Case("server_is_beyond_the_peering", EDGE, "dns", of(dns={**OWN_DNS, "servers": ["52.16.10.53"]})),
    Case("name_is_of_multicast_dns", ACCEPT, "smtp", of()),
    Case("name_is_of_multicast_dns", REJECT, "smtp", of(smtp={"host": "mail.acme.local"}), "host",
         "many machines never ask a DNS server for it. Give another name of your mail server, or its address"),
    Case("name_is_of_multicast_dns", REJECT, "monitoring",
         of(monitoring={"internet_reachable": False, "http_proxy": "http://proxy.acme.local:3128"}), "http_proxy",
         "proxy.acme.local ends in .local"),
    Case("name_is_of_multicast_dns", EDGE, "ntp",
         of(ntp={"servers": ["ntp.local.example", "ntp.mylocal.example", "10.30.0.1"]})),
    Case("server_is_in_one_vpc", ACCEPT, "dns", of(dns=OWN_DNS)),
    Case("server_is_in_one_vpc", REJECT, "dns", of(dns={**OWN_DNS, "servers": [_IN_VPC]}),
         "servers/0", "is in the VPC of “Test”. A peering with WSO2 leads to none of your other VPCs: for Production"),
    Case("server_is_in_one_vpc", EDGE, "dns",
         of(dns={**OWN_DNS, "servers": ["10.20.4.53"]},
            remote_access={"environments": [deepcopy(ANSWERS["remote_access"]["environments"][0])]})),
    Case("way_to_the_server_is_not_known", ACCEPT, "dns", of(dns=OWN_DNS)),
    Case("way_to_the_server_is_not_known", REJECT, "dns", of(dns={**OWN_DNS, "servers": ["10.30.0.2"]}),
         "servers/0", "10.30.0.2 is a private address, and nothing in these answers leads to it"),
    Case("way_to_the_server_is_not_known", REJECT, "logs", of(logs={"host": "100.64.0.9"}, data_centre={"choice": "none"}),
         "host", "Check that the route tables of your VPCs do"),
    Case("way_to_the_server_is_not_known", EDGE, "dns", of(dns={**OWN_DNS, "servers": ["10.30.0.2"]}, data_centre=BGP)),
)
# fmt: on

CASES: tuple[Case, ...] = (*PRODUCTS, *REMOTE_ACCESS, *DATA_CENTRE, *MAIL_AND_TIME, *REST, *ZONES, *REACH)
