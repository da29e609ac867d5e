"""What people change by hand in an account of the cloud in memory, so that every step has something to mend."""

from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Any

from tests.fakes.cloud import Cloud

Row = dict[str, Any]
Edit = Callable[[Row], Any]
Edits = Mapping[tuple[str, str], Edit]
"""What becomes of every row of a service's kind."""


def _set(**changes: Any) -> Edit:
    return lambda row: row.update(changes)


def _open_to_all(group: Row) -> None:
    every = {"IpProtocol": "tcp", "FromPort": 1, "ToPort": 1, "IpRanges": [{"CidrIp": "0.0.0.0/0"}]}
    group["IpPermissions"].append(every)
    group["IpPermissionsEgress"] = [every]


def _send_elsewhere(table: Row) -> None:
    """Its way to the Internet leads through somebody's machine."""
    for route in table["Routes"]:
        if route["DestinationCidrBlock"] == "0.0.0.0/0":
            route.pop("GatewayId", None)
            route.pop("NatGatewayId", None)
            route["NetworkInterfaceId"] = "eni-of-somebody"


def _not_shown(peering: Row) -> None:
    """AWS does not tell the provider how the other side is set, and sets nothing while it is still at work."""
    del peering["AccepterVpcInfo"]["PeeringOptions"]
    peering["Status"] = {"Code": "provisioning"}


def _without_mark(row: Row) -> None:
    row["Tags"] = [
        tag for tag in row["Tags"] if not tag["Key"].endswith((":content", ":installed", ":console-answered"))
    ]


def _used_by_another(row: Row) -> None:
    row["tags"] = {key: value for key, value in row["tags"].items() if ":used-by:" not in key}


CHANGED: Edits = {
    ("ec2", "security_group"): _open_to_all,
    ("ec2", "launch_template"): lambda row: row["versions"][-1].update(InstanceType="t3.nano"),
    ("ec2", "instance"): _set(SecurityGroups=[], MetadataOptions={"HttpTokens": "optional"}, State={"Name": "stopped"}),
    ("ec2", "volume"): _set(Size=1),
    ("ec2", "route_table"): _send_elsewhere,
    ("iam", "role"): _set(AssumeRolePolicyDocument={"Version": "2012-10-17", "Statement": []}),
    ("rds", "database"): _set(DBInstanceStatus="stopped"),
    ("rds", "db_subnet_group"): _set(Subnets=[]),
    ("elbv2", "load_balancer"): _set(SecurityGroups=[]),
    ("elbv2", "listener"): _set(Certificates=[{"CertificateArn": "certificate-of-somebody"}]),
    ("elbv2", "target_group"): lambda row: row["ids"].append("i-of-somebody"),
    ("acm", "certificate"): _set(Status="PENDING_VALIDATION", CreatedAt=datetime(2030, 1, 1, tzinfo=UTC)),
    ("sesv2", "identity"): _set(signs=False),
    ("sns", "topic"): lambda row: row["Attributes"].update(KmsMasterKeyId="alias/aws/sns"),
    ("sns", "subscription"): lambda row: row.update(Endpoint=f"somebody-{row['Endpoint']}"),
    ("kms", "key"): lambda row: row["metadata"].update(KeyState="Disabled"),
    ("firehose", "stream"): lambda row: row["Destinations"][0]["ExtendedS3DestinationDescription"].update(
        BucketARN="arn:aws:s3:::bucket-of-somebody"
    ),
    ("cloudtrail", "trail"): _set(LogFileValidationEnabled=False),
    ("backup", "plan"): lambda row: row["BackupPlan"].update(Rules=[]),
    ("ssm", "maintenance_window"): _set(Schedule="cron(0 9 ? * MON *)"),
    ("ssm", "patch_baseline"): _set(ApprovalRules={"PatchRules": []}),
    ("secretsmanager", "secret"): _without_mark,
    ("route53resolver", "rule"): _set(TargetIps=[{"Ip": "192.0.2.1"}]),
}

DELETED_OR_FAILED: Edits = {
    ("ec2", "vpc_peering"): _not_shown,
    ("ec2", "route_table"): lambda row: row.update(RouteTableId=f"{row['RouteTableId']}-of-somebody"),
    ("secretsmanager", "secret"): _set(DeletedDate=datetime(2026, 11, 25, tzinfo=UTC)),
    ("sesv2", "identity"): _used_by_another,
    ("ec2", "instance"): _without_mark,
    ("ssm", "command"): _set(Status="Failed", _fails=True),
}


SHARED: Edits = {
    ("sesv2", "identity"): lambda row: row["tags"].update({"wso2:used-by:env_2": "true"}),
}


def change(cloud: Cloud, edits: Edits) -> None:
    for (service, kind), edit in edits.items():
        for row in cloud.rows(service, kind):
            edit(row)
