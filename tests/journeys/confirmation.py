"""What a journey built, as a client that knows nothing of the portal sees it in AWS."""

from collections import Counter
from typing import Any

import boto3

from portal.embedded.aws_stand_in import accounts
from portal.embedded.aws_stand_in.accounts import PROVIDER_VPC_CIDR, PROVIDER_VPC_ID, CustomerAccount

NODES_OF_A_PRODUCT = 2
"""Of the pattern that the answers choose, high availability."""


class Confirmation:
    """Two environments, production and test, of one customer's account in the stand-in."""

    def __init__(self, endpoint: str, customer: CustomerAccount) -> None:
        self.endpoint, self.customer = endpoint, customer
        self.vpcs = (customer.production_vpc_id, customer.test_vpc_id)
        self.hub = self._client(accounts.PROVIDER_ACCOUNT_ID, "ec2", accounts.PROVIDER_REGION)
        self.ec2 = self._theirs("ec2")

    def of_everything(self, answers: dict[str, dict[str, Any]]) -> None:
        self.of_peering()
        self.of_names(answers["dns"]["zone"])
        self.of_buckets()
        self.of_vpn(answers["data_centre"])
        self.of_machines(len(answers["products"]["products"]))
        self.of_mail_log_in(answers["smtp"])

    def of_peering(self) -> None:
        """Active, with routes on both sides."""
        peerings = {
            row["AccepterVpcInfo"]["VpcId"]: (row["VpcPeeringConnectionId"], row["Status"]["Code"])
            for row in self.hub.describe_vpc_peering_connections()["VpcPeeringConnections"]
            if row["AccepterVpcInfo"]["OwnerId"] == self.customer.account_id
        }
        assert {vpc: status for vpc, (_, status) in peerings.items()} == dict.fromkeys(self.vpcs, "active")
        peering = peerings[self.customer.production_vpc_id][0]
        assert _routes(self.hub, PROVIDER_VPC_ID, self.customer.production_cidr) == {peering}
        assert _routes(self.ec2, self.customer.production_vpc_id, PROVIDER_VPC_CIDR) == {peering}

    def of_names(self, zone: str) -> None:
        route53 = self._client(self.customer.account_id, "route53", "us-east-1")
        here = route53.list_hosted_zones_by_vpc(VPCId=self.customer.production_vpc_id, VPCRegion=self.customer.region)
        (found,) = here["HostedZoneSummaries"]
        rows = route53.list_resource_record_sets(HostedZoneId=found["HostedZoneId"])["ResourceRecordSets"]
        names = {row["Name"]: row["ResourceRecords"][0]["Value"] for row in rows if row["Type"] == "A"}
        assert names == {f"am.{zone}.": "10.90.0.10", f"is.{zone}.": "10.90.0.11"}

    def of_buckets(self) -> None:
        """Closed to the public, and what is not the copy goes to Glacier after 30 days."""
        s3 = self._theirs("s3")
        buckets = [
            row["Name"] for row in s3.list_buckets()["Buckets"] if f"-{self.customer.account_id}-" in row["Name"]
        ]
        assert sorted(name.split("-")[2] for name in buckets) == ["audit", "audit", "dr", "logs", "logs"]
        for name in buckets:
            if "-dr-" not in name:
                (rule,) = s3.get_bucket_lifecycle_configuration(Bucket=name)["Rules"]
                assert [(t["Days"], t["StorageClass"]) for t in rule["Transitions"]] == [(30, "GLACIER")]
            assert all(s3.get_public_access_block(Bucket=name)["PublicAccessBlockConfiguration"].values())

    def of_vpn(self, data_centre: dict[str, Any]) -> None:
        """From each VPC to the customer's router: both tunnels up, and the ranges behind it known."""
        attached = {
            gateway["VpnGatewayId"]: attachment["VpcId"]
            for gateway in self.ec2.describe_vpn_gateways()["VpnGateways"]
            for attachment in gateway.get("VpcAttachments", ())
            if attachment["State"] == "attached"
        }
        routers = {
            row["CustomerGatewayId"]: row["IpAddress"]
            for row in self.ec2.describe_customer_gateways()["CustomerGateways"]
        }
        standing = [row for row in self.ec2.describe_vpn_connections()["VpnConnections"] if row["State"] == "available"]
        assert sorted(attached[row["VpnGatewayId"]] for row in standing) == sorted(self.vpcs)
        assert {routers[row["CustomerGatewayId"]] for row in standing} == {data_centre["gateway_ip"]}
        for row in standing:
            assert [tunnel["Status"] for tunnel in row["VgwTelemetry"]] == ["UP", "UP"]
            assert [route["DestinationCidrBlock"] for route in row["Routes"]] == data_centre["prefixes"]

    def of_machines(self, products: int) -> None:
        """In each VPC every node of every product runs, answers only the second metadata service, and is encrypted."""
        running = [
            machine
            for reservation in self.ec2.describe_instances()["Reservations"]
            for machine in reservation["Instances"]
            if machine["State"]["Name"] == "running"
        ]
        assert Counter(machine["VpcId"] for machine in running) == dict.fromkeys(
            self.vpcs, products * NODES_OF_A_PRODUCT
        )
        assert {machine["MetadataOptions"]["HttpTokens"] for machine in running} == {"required"}
        data = [
            volume
            for volume in self.ec2.describe_volumes()["Volumes"]
            if any(tag["Key"] == "wso2:step" and tag["Value"] == "volumes" for tag in volume.get("Tags", ()))
        ]
        attached = [attachment["InstanceId"] for volume in data for attachment in volume["Attachments"]]
        assert sorted(attached) == sorted(machine["InstanceId"] for machine in running)
        assert all(volume["Encrypted"] for volume in data)

    def of_mail_log_in(self, smtp: dict[str, Any]) -> None:
        """The customer's own server needs no identity of SES; its log-in is where the products of each environment look."""
        assert smtp["choice"] == "own"
        assert self._theirs("sesv2").list_email_identities()["EmailIdentities"] == []
        secrets = self._theirs("secretsmanager")
        names = [row["Name"] for row in secrets.list_secrets()["SecretList"] if row["Name"].endswith("-mail-server")]
        assert len(names) == len(self.vpcs)
        for name in names:
            assert smtp["password"] in secrets.get_secret_value(SecretId=name)["SecretString"]

    def _theirs(self, service: str) -> Any:
        return self._client(self.customer.account_id, service, self.customer.region)

    def _client(self, account_id: str, service: str, region: str) -> Any:
        key, secret = accounts.access_key_of(account_id)
        return boto3.client(
            service,
            region_name=region,
            endpoint_url=self.endpoint,
            aws_access_key_id=key,
            aws_secret_access_key=secret,
        )


def _routes(ec2: Any, vpc_id: str, cidr: str) -> set[str]:
    """Return where every route table of the VPC sends this range."""
    tables = ec2.describe_route_tables(Filters=[{"Name": "vpc-id", "Values": [vpc_id]}])["RouteTables"]
    return {
        next(
            (r.get("VpcPeeringConnectionId", "") for r in table["Routes"] if r.get("DestinationCidrBlock") == cidr),
            "none",
        )
        for table in tables
    }
