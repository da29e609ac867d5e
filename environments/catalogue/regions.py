"""Commercial AWS regions an environment can stand in.

Source: botocore 1.44.5, endpoints data of the partition `aws`, read on 2026-11-24. China and GovCloud are partitions
of their own: accounts there cannot peer with the provider's.
"""

AS_OF = "2026-11-24"

REGIONS: dict[str, str] = {
    "af-south-1": "Africa (Cape Town)",
    "ap-east-1": "Asia Pacific (Hong Kong)",
    "ap-east-2": "Asia Pacific (Taipei)",
    "ap-northeast-1": "Asia Pacific (Tokyo)",
    "ap-northeast-2": "Asia Pacific (Seoul)",
    "ap-northeast-3": "Asia Pacific (Osaka)",
    "ap-south-1": "Asia Pacific (Mumbai)",
    "ap-south-2": "Asia Pacific (Hyderabad)",
    "ap-southeast-1": "Asia Pacific (Singapore)",
    "ap-southeast-2": "Asia Pacific (Sydney)",
    "ap-southeast-3": "Asia Pacific (Jakarta)",
    "ap-southeast-4": "Asia Pacific (Melbourne)",
    "ap-southeast-5": "Asia Pacific (Malaysia)",
    "ap-southeast-6": "Asia Pacific (New Zealand)",
    "ap-southeast-7": "Asia Pacific (Thailand)",
    "ca-central-1": "Canada (Central)",
    "ca-west-1": "Canada West (Calgary)",
    "eu-central-1": "Europe (Frankfurt)",
    "eu-central-2": "Europe (Zurich)",
    "eu-north-1": "Europe (Stockholm)",
    "eu-south-1": "Europe (Milan)",
    "eu-south-2": "Europe (Spain)",
    "eu-west-1": "Europe (Ireland)",
    "eu-west-2": "Europe (London)",
    "eu-west-3": "Europe (Paris)",
    "il-central-1": "Israel (Tel Aviv)",
    "me-central-1": "Middle East (UAE)",
    "me-south-1": "Middle East (Bahrain)",
    "mx-central-1": "Mexico (Central)",
    "sa-east-1": "South America (Sao Paulo)",
    "us-east-1": "US East (N. Virginia)",
    "us-east-2": "US East (Ohio)",
    "us-west-1": "US West (N. California)",
    "us-west-2": "US West (Oregon)",
}

# BGP ASNs that AWS keeps for itself, by region; "*" is every region. Source: EC2 CreateCustomerGateway. An older page
# spells Singapore's 17493: both are refused.
RESERVED_ASNS: dict[str, frozenset[int]] = {
    "*": frozenset({7224}),
    "eu-west-1": frozenset({9059}),
    "ap-northeast-1": frozenset({10124}),
    "ap-southeast-1": frozenset({17943, 17493}),
}

OPT_IN = frozenset(
    {
        *("af-south-1", "ap-east-1", "ap-east-2", "ap-south-2", "ap-southeast-3", "ap-southeast-4", "ap-southeast-5"),
        *("ap-southeast-6", "ap-southeast-7", "ca-west-1", "eu-central-2", "eu-south-1", "eu-south-2", "il-central-1"),
        *("me-central-1", "me-south-1", "mx-central-1"),
    }
)
"""Regions that an account enters only after somebody enabled them there. Source: Account Management guide, "Enable or disable
AWS Regions in your account", as known on the date above."""

_FIRST_ZONES: dict[str, tuple[str, str]] = {"ap-northeast-1": ("a", "c")}
"""Where the first two zones of a Region are not a and b: Tokyo gives no b to new accounts. Source: moto 5.2.5's list of zones,
read on 2026-11-24."""


def zones(region: str) -> tuple[str, str]:
    """Return the two availability zones in which an environment stands."""
    first, second = _FIRST_ZONES.get(region, ("a", "b"))
    return f"{region}{first}", f"{region}{second}"
