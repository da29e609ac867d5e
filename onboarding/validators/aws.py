"""What AWS prescribes for its own names and numbers."""

import re

from environments.catalogue.limits import ROOT_EMAIL
from environments.catalogue.regions import RESERVED_ASNS
from onboarding.validators.contacts import email_address
from onboarding.validators.problem import ValueProblem


def aws_account_id(value: str) -> str:
    """Twelve digits, kept as text: leading zeros count; of an ARN, those of its account.

    Sources: Organizations API, type `AccountId`; IAM user guide, "Amazon Resource Names".
    """
    found = re.fullmatch(r"arn:aws[a-z-]*:[a-z0-9-]+:[a-z0-9-]*:([0-9]{12}):.+", value.strip())
    digits = found[1] if found else re.sub(r"[\s-]", "", value)
    if not re.fullmatch(r"[0-9]+", digits):
        raise ValueProblem("AWS account ID must be 12 digits. Leave out the account's name or alias.")
    if len(digits) != 12:
        raise ValueProblem(f"AWS account ID must be 12 digits; you gave {len(digits)}. Keep leading zeros.")
    return digits


_OTHER_IDS = {
    "subnet": "a subnet",
    "sg": "a security group",
    "igw": "an internet gateway",
    "vpce": "a VPC endpoint",
    "pcx": "a peering connection",
    "rtb": "a route table",
    "cgw": "a customer gateway",
    "vgw": "a virtual private gateway",
    "i": "an instance",
}


def vpc_id(value: str) -> str:
    """`vpc-` and 8 or 17 hexadecimal letters. Source: EC2 resource IDs, ModifyIdFormat."""
    found = value.lower()
    prefix = found.partition("-")[0]
    if prefix in _OTHER_IDS and found != prefix:
        raise ValueProblem(f"VPC ID must start with vpc-; this is {_OTHER_IDS[prefix]} ID. Copy the ID of its VPC.")
    if not re.fullmatch(r"vpc-([0-9a-f]{8}|[0-9a-f]{17})", found):
        raise ValueProblem("VPC ID must start with vpc- and then have 8 or 17 letters (a to f) and numbers.")
    return found


def environment_name(value: str) -> str:
    """Letters, numbers, spaces and hyphens, starting with a letter: it becomes a label of the products' names.

    Source: RFC 1035, section 2.3.1.
    """
    text = " ".join(value.split())
    if not re.fullmatch(r"[A-Za-z][A-Za-z0-9 -]{0,39}", text):
        raise ValueProblem("An environment's name starts with a letter and has up to 40 letters, numbers and hyphens.")
    return text


def bgp_asn(value: int) -> int:
    """A BGP autonomous system number a customer's router may use towards AWS.

    Sources: EC2 CreateCustomerGateway (reserved by AWS; those of one Region are judged with the Region); RFC 7607 (0),
    6793 (23456), 7300 (65535 and 4294967295).
    """
    if not 1 <= value <= 4294967294:
        raise ValueProblem(f"BGP ASN must be 1 to 4294967294; this is {value}.")
    if value in (23456, 65535):
        raise ValueProblem(f"BGP ASN {value} is reserved by the Internet's standards. Use your router's own, or 65000.")
    if value in RESERVED_ASNS["*"]:
        raise ValueProblem(f"{value} is reserved by AWS in every Region. Use your router's own ASN, or 65000.")
    return value


def root_email(value: str) -> str:
    """The address of a new account's root user. Source: Organizations API, CreateAccount (64 characters at most)."""
    found = email_address(value)
    if len(found) > ROOT_EMAIL:
        raise ValueProblem(
            f"AWS takes at most {ROOT_EMAIL} characters for this address; this has {len(found)}. Use a shorter one."
        )
    return found


def vlan(value: int) -> int:
    """A VLAN of a Direct Connect virtual interface. Source: Direct Connect API, `NewPrivateVirtualInterface`."""
    if not 1 <= value <= 4094:
        raise ValueProblem(f"VLAN must be 1 to 4094; this is {value}.")
    return value
