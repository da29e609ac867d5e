"""The AWS stand-in as a fixture: one server per test process, empty but for the sample accounts in every test that uses it."""

import json
import threading
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import boto3
import pytest
from botocore.exceptions import ClientError

from portal import aws
from portal.embedded.aws_stand_in import accounts
from portal.embedded.aws_stand_in.accounts import (
    CUSTOMER_ACCOUNTS,
    PROVIDER_ACCOUNT_ID,
    PROVIDER_VPC_ID,
    CustomerAccount,
)

if TYPE_CHECKING:
    from portal.embedded.aws_stand_in.server import StandIn

ROLE = "WSO2ManagedServicesProvisioner"


@dataclass
class Time:
    """By which the stand-in counts its waits: the real one, and what a test has let pass."""

    passed: timedelta = timedelta(0)

    def now(self) -> datetime:
        return datetime.now(UTC) + self.passed


@dataclass
class RunningStandIn:
    """A stand-in to work against, and clients that know nothing of the portal to look at it with."""

    application: "StandIn"
    endpoint: str
    time: Time = field(default_factory=Time)

    def provider(self, service: str, region: str = accounts.PROVIDER_REGION) -> Any:
        return self.client(PROVIDER_ACCOUNT_ID, service, region)

    def customer(self, account: str | CustomerAccount, service: str, region: str = "") -> Any:
        if isinstance(account, CustomerAccount):
            return self.client(account.account_id, service, region or account.region)
        homes = {known.account_id: known.region for known in CUSTOMER_ACCOUNTS}
        return self.client(account, service, region or homes.get(account, accounts.PROVIDER_REGION))

    def client(self, account_id: str, service: str, region: str) -> Any:
        key, secret = accounts.access_key_of(account_id)
        return boto3.client(
            service,
            region_name=region,
            endpoint_url=self.endpoint,
            aws_access_key_id=key,
            aws_secret_access_key=secret,
        )

    @contextmanager
    def enforce_iam(self) -> Iterator[None]:
        """Let every role and user do only what its policies allow, while this lasts.

        Enforced are actions, by IAM's own names, for every service; whose they are limited to, only for S3. What moto cannot
        enforce: conditions, permission boundaries and the resources of other services. So an Allow counts whatever it is
        limited to, a Deny only where it is limited to nothing. The sample accounts' own users and administrator roles may
        do everything.
        """
        self._switch_enforcement("0")
        try:
            yield
        finally:
            self._switch_enforcement("inf")

    def _switch_enforcement(self, calls_before: str) -> None:
        """Have moto enforce after so many calls."""
        url, kind = f"{self.endpoint}/moto-api/reset-auth", {"Content-Type": "text/plain"}
        request = urllib.request.Request(url, calls_before.encode(), kind, method="POST")  # noqa: S310 - our own server
        with urllib.request.urlopen(request, timeout=10):  # noqa: S310
            pass

    def trust_portal(self, account_id: str, external_id: str, *, role: str = ROLE) -> None:
        """Create the role that lets the portal in, as the customer would."""
        statement: dict[str, Any] = {
            "Effect": "Allow",
            "Principal": {"AWS": f"arn:aws:iam::{PROVIDER_ACCOUNT_ID}:user/{accounts.PORTAL_USER}"},
            "Action": "sts:AssumeRole",
        }
        if external_id:
            statement["Condition"] = {"StringEquals": {"sts:ExternalId": external_id}}
        document = json.dumps({"Version": "2012-10-17", "Statement": [statement]})
        self.customer(account_id, "iam").create_role(RoleName=role, AssumeRolePolicyDocument=document)

    def accept(self, account_id: str, peering_id: str, region: str = "") -> None:
        self.customer(account_id, "ec2", region).accept_vpc_peering_connection(VpcPeeringConnectionId=peering_id)

    def request_peering(self, account: CustomerAccount, vpc_id: str = "") -> dict[str, Any]:
        """Ask as the provider, from its hub, for the account's production VPC or the one that is named."""
        made = self.provider("ec2").create_vpc_peering_connection(
            VpcId=PROVIDER_VPC_ID,
            PeerVpcId=vpc_id or account.production_vpc_id,
            PeerOwnerId=account.account_id,
            PeerRegion=account.region,
        )
        return made["VpcPeeringConnection"]

    def add_customer(self, number: int, region: str = accounts.PROVIDER_REGION) -> CustomerAccount:
        """Open one more customer's account, where many are needed."""
        return self.application.gate.still(lambda: accounts.add(number, region))

    def tunnels_are_up(self, account: CustomerAccount, connection_id: str, count: int = 2) -> None:
        """Let the customer's device hold the first `count` tunnels of a VPN connection."""
        from portal.embedded.aws_stand_in.patches import vpn

        vpn.tunnels_are_up(account.account_id, account.region, connection_id, count)

    def dns_is_published(self, name: str) -> None:
        """Let AWS find the records of a domain of SES, of its MAIL FROM domain or of a certificate."""
        from portal.embedded.aws_stand_in.patches import acm, ses

        ses.dns_is_published(name)
        acm.dns_is_published(name)

    def pass_time(self, time_to_pass: timedelta) -> None:
        """Let what takes a moment on AWS be so much older."""
        self.time.passed += time_to_pass

    def peerings(self) -> list[dict[str, Any]]:
        return self.provider("ec2").describe_vpc_peering_connections()["VpcPeeringConnections"]


def code_of(refusal: pytest.ExceptionInfo[ClientError]) -> str:
    return refusal.value.response["Error"]["Code"]


@pytest.fixture(scope="session")
def _server() -> Iterator[tuple["StandIn", str]]:
    from portal.embedded.aws_stand_in.server import StandIn, serve  # moto takes a second to import

    application = StandIn()
    server = serve(application, 0)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield application, f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture
def stand_in(_server: tuple["StandIn", str], monkeypatch: pytest.MonkeyPatch) -> Iterator[RunningStandIn]:
    """AWS is the stand-in, in the state it has at first."""
    from portal.embedded.aws_stand_in import patches

    application, endpoint = _server
    time = Time()
    monkeypatch.setattr(patches, "now", time.now)
    application.reset()
    application.on_call = None
    key, secret = accounts.access_key_of(PROVIDER_ACCOUNT_ID)
    monkeypatch.setenv("AWS_ENDPOINT_URL", endpoint)
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", key)
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", secret)
    monkeypatch.delenv("AWS_SESSION_TOKEN", raising=False)
    _forget_what_was(endpoint)
    yield RunningStandIn(application, endpoint, time)
    _forget_what_was(endpoint)


def _forget_what_was(endpoint: str) -> None:
    """Credentials of roles that are no more, and clients of another endpoint. Those of the stand-in are good for every test."""
    aws._credentials.clear()
    if any(client.meta.endpoint_url != endpoint for client in aws._clients.values()):
        aws.forget_clients()
