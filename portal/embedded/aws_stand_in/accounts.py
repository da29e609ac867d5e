"""What the stand-in holds at first: the provider's account with its hub VPC, and customers' accounts with theirs."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from unittest import mock

PROVIDER_ACCOUNT_ID = "111111111111"
PROVIDER_REGION = "eu-west-1"
PROVIDER_VPC_ID = "vpc-0a1b2c3d4e5f60718"
PROVIDER_VPC_CIDR = "10.200.0.0/16"
PORTAL_USER = "portal-worker"

CUSTOMER_ADMINISTRATOR = "StandInCustomerAdministrator"
"""The role by which a page acts as the customer's own account."""

_ALL = json.dumps({"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "*", "Resource": "*"}]})


@dataclass(frozen=True, slots=True)
class CustomerAccount:
    """One customer's account: a VPC for production and one for tests, each with two subnets and two route tables."""

    account_id: str
    name: str
    region: str
    production_vpc_id: str
    production_cidr: str
    test_vpc_id: str
    test_cidr: str


def _account(digit: int, name: str, region: str) -> CustomerAccount:
    return CustomerAccount(
        account_id=str(digit) * 12,
        name=name,
        region=region,
        production_vpc_id=f"vpc-0{digit}c0ffee00000000a",
        production_cidr=f"10.{digit}0.0.0/16",
        test_vpc_id=f"vpc-0{digit}c0ffee00000000b",
        test_cidr=f"10.{digit}1.0.0/16",
    )


CUSTOMER_ACCOUNTS: tuple[CustomerAccount, ...] = (
    _account(2, "Northwind Freight", "eu-west-1"),
    _account(3, "Albion Mutual", "eu-west-1"),
    _account(4, "Moreau Automobiles", "eu-west-1"),
    _account(5, "Harbor Health", "us-east-1"),
    _account(6, "Straits Bank", "ap-southeast-1"),
    _account(7, "Helios Energia", "eu-west-1"),
    _account(8, "Koala Rewards", "eu-west-1"),
    _account(9, "Fjord Logistics", "eu-central-1"),
)

CONFLICTED_ACCOUNT_ID = "777777777777"
"""Its production VPC already sends the provider's range elsewhere, so that a run there stops with a clear cause."""


def access_key_of(account_id: str) -> tuple[str, str]:
    """Return id and secret of the account's fixed key: its administrator's, or the portal's own in the provider's account."""
    return f"AKIASTANDIN{account_id[-9:]}", f"only-for-the-stand-in-{account_id}".ljust(40, "x")


def populate() -> None:
    """Fill empty backends of moto. Takes about a second."""
    _identity(PROVIDER_ACCOUNT_ID, PORTAL_USER)
    _organization()
    _vpc(PROVIDER_ACCOUNT_ID, PROVIDER_REGION, PROVIDER_VPC_ID, PROVIDER_VPC_CIDR)
    for account in CUSTOMER_ACCOUNTS:
        _open(account)
        if account.account_id == CONFLICTED_ACCOUNT_ID:
            _conflicting_route(account)


def add(number: int, region: str = PROVIDER_REGION) -> CustomerAccount:
    """Open one more customer's account, number 0 to 49, where many are needed. No two accounts' ranges overlap.

    No request may be under way: the VPCs' ids are forced on what moto draws them from.
    """
    account = CustomerAccount(
        account_id=f"1000000000{number:02d}",
        name=f"Sample customer {number}",
        region=region,
        production_vpc_id=f"vpc-0{number:02d}c0ffee0000000a",
        production_cidr=f"10.{100 + 2 * number}.0.0/16",
        test_vpc_id=f"vpc-0{number:02d}c0ffee0000000b",
        test_cidr=f"10.{101 + 2 * number}.0.0/16",
    )
    _open(account)
    return account


def _open(account: CustomerAccount) -> None:
    _identity(account.account_id, "administrator")
    _administrator_role(account.account_id)
    _vpc(account.account_id, account.region, account.production_vpc_id, account.production_cidr)
    _vpc(account.account_id, account.region, account.test_vpc_id, account.test_cidr)


def _organization() -> None:
    """Let the provider open accounts for customers who want one."""
    from moto.organizations.models import organizations_backends  # noqa: PLC0415

    organizations_backends.master_accounts.clear()  # which a reset of the backends leaves
    organizations_backends[PROVIDER_ACCOUNT_ID]["aws"].create_organization("us-east-1", FeatureSet="ALL")


def _identity(account_id: str, user_name: str) -> None:
    from moto.iam.models import iam_backends  # noqa: PLC0415 - moto reads its environment when it is imported

    backend = iam_backends[account_id]["aws"]
    backend.create_user(region_name="us-east-1", user_name=user_name)
    key = backend.create_access_key(user_name=user_name)
    del backend.access_keys[key.access_key_id]
    key.access_key_id, key.secret_access_key = access_key_of(account_id)
    backend.access_keys[key.access_key_id] = key
    backend.put_user_policy(user_name, "all", _ALL)


def _administrator_role(account_id: str) -> None:
    from moto.iam.models import iam_backends  # noqa: PLC0415

    portal = f"arn:aws:iam::{PROVIDER_ACCOUNT_ID}:user/{PORTAL_USER}"
    statement = {"Effect": "Allow", "Principal": {"AWS": portal}, "Action": "sts:AssumeRole"}
    backend = iam_backends[account_id]["aws"]
    backend.create_role(
        role_name=CUSTOMER_ADMINISTRATOR,
        assume_role_policy_document=json.dumps({"Version": "2012-10-17", "Statement": [statement]}),
        path="/",
        permissions_boundary=None,
        description="What the customer's own administrator may do",
        tags=[],
        max_session_duration="3600",
    )
    backend.put_role_policy(CUSTOMER_ADMINISTRATOR, "all", _ALL)


@contextmanager
def _vpc_named(vpc_id: str) -> Iterator[None]:
    with mock.patch("moto.ec2.models.vpcs.random_vpc_id", return_value=vpc_id):
        yield


def _vpc(account_id: str, region: str, vpc_id: str, cidr: str) -> None:
    from moto.ec2.models import ec2_backends  # noqa: PLC0415

    backend = ec2_backends[account_id][region]
    with _vpc_named(vpc_id):
        backend.create_vpc(cidr)
    network = cidr.rsplit(".", 2)[0]
    subnets = [
        backend.create_subnet(vpc_id, f"{network}.{number}.0/24", availability_zone=f"{region}{zone}")
        for number, zone in ((0, "a"), (1, "b"))
    ]
    table = backend.create_route_table(vpc_id)
    backend.associate_route_table(table.id, None, subnets[0].id)


def _conflicting_route(account: CustomerAccount) -> None:
    from moto.ec2.models import ec2_backends  # noqa: PLC0415

    backend = ec2_backends[account.account_id][account.region]
    gateway = backend.create_vpn_gateway(gateway_type="ipsec.1")
    backend.attach_vpn_gateway(gateway.id, account.production_vpc_id)
    tables = [table for table in backend.route_tables.values() if table.vpc_id == account.production_vpc_id]
    backend.create_route(tables[0].id, PROVIDER_VPC_CIDR, gateway_id=gateway.id)
