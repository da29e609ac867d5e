"""One thing of each service is still there after the stand-in was ended and started again, and can be changed further."""

import json
from collections.abc import Callable
from typing import Any

import pytest
from moto.core.base_backend import BackendDict

from portal.embedded.aws_stand_in import patches, snapshot
from portal.embedded.aws_stand_in.accounts import CUSTOMER_ACCOUNTS
from tests.aws import RunningStandIn

NORTHWIND = CUSTOMER_ACCOUNTS[0]
TRUST = {"Version": "2012-10-17", "Statement": []}
TEMPLATE = {"Resources": {"Topic": {"Type": "AWS::SNS::Topic", "Properties": {"TopicName": "of-the-stack"}}}}

Client = Callable[[str], Any]
Made = Callable[[Client], Any]
Seen = Callable[[Client], list[Any]]


def _bucket(at: Client) -> str:
    at("s3").create_bucket(Bucket="kept", CreateBucketConfiguration={"LocationConstraint": NORTHWIND.region})
    return "kept"


def _subnets(at: Client) -> list[str]:
    here = [{"Name": "vpc-id", "Values": [NORTHWIND.production_vpc_id]}]
    return [row["SubnetId"] for row in at("ec2").describe_subnets(Filters=here)["Subnets"]]


def _group(at: Client) -> str:
    return at("ec2").create_security_group(GroupName="kept", Description="-", VpcId=NORTHWIND.production_vpc_id)[
        "GroupId"
    ]


def _role(at: Client) -> str:
    made = at("iam").create_role(RoleName="kept", AssumeRolePolicyDocument=json.dumps(TRUST))
    return made["Role"]["Arn"]


def _balancer(at: Client) -> None:
    elb = at("elbv2")
    balancer = elb.create_load_balancer(Name="kept", Subnets=_subnets(at))["LoadBalancers"][0]["LoadBalancerArn"]
    group = elb.create_target_group(Name="kept", Protocol="HTTP", Port=80, VpcId=NORTHWIND.production_vpc_id)
    forward = {"Type": "forward", "TargetGroupArn": group["TargetGroups"][0]["TargetGroupArn"]}
    elb.create_listener(LoadBalancerArn=balancer, Protocol="HTTP", Port=80, DefaultActions=[forward])


def _machine(at: Client) -> None:
    at("ec2").run_instances(ImageId="ami-1", MinCount=1, MaxCount=1, SubnetId=_subnets(at)[0], ClientToken="kept")


def _database(at: Client) -> None:
    at("rds").create_db_subnet_group(
        DBSubnetGroupName="kept", DBSubnetGroupDescription="-", SubnetIds=_subnets(at), Tags=[]
    )
    at("rds").create_db_instance(
        DBInstanceIdentifier="kept",
        DBInstanceClass="db.m6g.large",
        Engine="postgres",
        AllocatedStorage=20,
        MasterUsername="admin_of_db",
        ManageMasterUserPassword=True,
        DBSubnetGroupName="kept",
    )


def _alarm(at: Client) -> None:
    at("cloudwatch").put_metric_alarm(
        AlarmName="kept",
        ComparisonOperator="GreaterThanThreshold",
        EvaluationPeriods=1,
        MetricName="CPUUtilization",
        Namespace="AWS/EC2",
        Period=60,
        Statistic="Average",
        Threshold=80,
    )
    at("cloudwatch").set_alarm_state(AlarmName="kept", StateValue="OK", StateReason="kept")
    at("cloudwatch").put_dashboard(DashboardName="kept", DashboardBody='{"widgets": []}')


def _stream(at: Client) -> None:
    to = {"RoleARN": _role(at), "BucketARN": f"arn:aws:s3:::{_bucket(at)}"}
    at("firehose").create_delivery_stream(DeliveryStreamName="kept", ExtendedS3DestinationConfiguration=to)


def _plan(at: Client) -> None:
    at("backup").create_backup_vault(BackupVaultName="kept")
    rule = {"RuleName": "daily", "TargetBackupVaultName": "kept"}
    at("backup").create_backup_plan(BackupPlan={"BackupPlanName": "kept", "Rules": [rule]})


def _resolver(at: Client) -> None:
    addresses = [{"SubnetId": subnet} for subnet in _subnets(at)]
    at("route53resolver").create_resolver_endpoint(
        CreatorRequestId="kept", Name="kept", SecurityGroupIds=[_group(at)], Direction="OUTBOUND", IpAddresses=addresses
    )


def _trail(at: Client) -> None:
    at("cloudtrail").create_trail(Name="kept", S3BucketName=_bucket(at))


def _zone(at: Client) -> None:
    at("route53").create_hosted_zone(
        Name="kept.internal",
        CallerReference="kept",
        VPC={"VPCRegion": NORTHWIND.region, "VPCId": NORTHWIND.production_vpc_id},
        HostedZoneConfig={"PrivateZone": True},
    )


def _link(at: Client) -> None:
    ec2 = at("ec2")
    device = ec2.create_customer_gateway(Type="ipsec.1", PublicIp="203.0.113.10", BgpAsn=65010)["CustomerGateway"]
    gateway = ec2.create_vpn_gateway(Type="ipsec.1")["VpnGateway"]["VpnGatewayId"]
    ec2.create_vpn_connection(
        Type="ipsec.1",
        CustomerGatewayId=device["CustomerGatewayId"],
        VpnGatewayId=gateway,
        Options={"StaticRoutesOnly": True},
    )


def _logs(at: Client) -> None:
    at("logs").create_log_group(logGroupName="kept")
    at("logs").put_retention_policy(logGroupName="kept", retentionInDays=30)


def _topic(at: Client) -> None:
    topic = at("sns").create_topic(Name="kept")["TopicArn"]
    at("sns").subscribe(TopicArn=topic, Protocol="email", Endpoint="operations@northwind.example")


def _window(at: Client) -> None:
    at("ssm").put_parameter(Name="kept", Value="v", Type="String")
    at("ssm").create_document(Name="kept", Content='{"schemaVersion": "2.2", "mainSteps": []}', DocumentType="Command")
    at("ssm").create_patch_baseline(Name="kept", OperatingSystem="UBUNTU", ClientToken="kept")
    at("ssm").create_maintenance_window(
        Name="kept", Schedule="cron(0 2 ? * SUN *)", Duration=3, Cutoff=1, AllowUnassociatedTargets=False
    )


KEPT: dict[str, tuple[Made, Seen]] = {
    "acm": (
        lambda at: at("acm").request_certificate(
            DomainName="kept.example", ValidationMethod="DNS", IdempotencyToken="k"
        ),
        lambda at: at("acm").list_certificates()["CertificateSummaryList"],
    ),
    "backup": (_plan, lambda at: at("backup").list_backup_plans()["BackupPlansList"]),
    "cloudformation": (
        lambda at: at("cloudformation").create_stack(StackName="kept", TemplateBody=json.dumps(TEMPLATE)),
        lambda at: at("cloudformation").describe_stacks()["Stacks"],
    ),
    "cloudtrail": (_trail, lambda at: at("cloudtrail").describe_trails()["trailList"]),
    "cloudwatch": (_alarm, lambda at: at("cloudwatch").describe_alarms()["MetricAlarms"]),
    "cloudwatch history": (_alarm, lambda at: at("cloudwatch").describe_alarm_history()["AlarmHistoryItems"]),
    "directconnect": (
        lambda at: at("directconnect").create_connection(location="EqDC2", bandwidth="1Gbps", connectionName="kept"),
        lambda at: at("directconnect").describe_connections()["connections"],
    ),
    "ec2": (_machine, lambda at: at("ec2").describe_instances()["Reservations"]),
    "ec2 link": (_link, lambda at: at("ec2").describe_vpn_connections()["VpnConnections"]),
    "elbv2": (_balancer, lambda at: at("elbv2").describe_load_balancers()["LoadBalancers"]),
    "firehose": (_stream, lambda at: at("firehose").list_delivery_streams()["DeliveryStreamNames"]),
    "guardduty": (
        lambda at: at("guardduty").create_detector(Enable=True),
        lambda at: at("guardduty").list_detectors()["DetectorIds"],
    ),
    "iam": (_role, lambda at: [row for row in at("iam").list_roles()["Roles"] if row["RoleName"] == "kept"]),
    "kms": (
        lambda at: at("kms").create_alias(
            AliasName="alias/kept", TargetKeyId=at("kms").create_key()["KeyMetadata"]["KeyId"]
        ),
        lambda at: [row for row in at("kms").list_aliases()["Aliases"] if row["AliasName"] == "alias/kept"],
    ),
    "logs": (_logs, lambda at: at("logs").describe_log_groups()["logGroups"]),
    "rds": (_database, lambda at: [row["DBInstanceArn"] for row in at("rds").describe_db_instances()["DBInstances"]]),
    "route53": (_zone, lambda at: at("route53").list_hosted_zones()["HostedZones"]),
    "route53resolver": (_resolver, lambda at: at("route53resolver").list_resolver_endpoints()["ResolverEndpoints"]),
    "s3": (_bucket, lambda at: at("s3").list_buckets()["Buckets"]),
    "secretsmanager": (
        lambda at: at("secretsmanager").create_secret(Name="kept", SecretString="s"),
        lambda at: at("secretsmanager").list_secrets()["SecretList"],
    ),
    "ses": (
        lambda at: at("sesv2").create_email_identity(EmailIdentity="kept.example"),
        lambda at: at("sesv2").list_email_identities()["EmailIdentities"],
    ),
    "sns": (_topic, lambda at: at("sns").list_subscriptions()["Subscriptions"]),
    "ssm": (_window, lambda at: at("ssm").describe_maintenance_windows()["WindowIdentities"]),
    "tags": (
        lambda at: at("secretsmanager").create_secret(Name="kept", SecretString="s", Tags=[{"Key": "a", "Value": "b"}]),
        lambda at: at("resourcegroupstaggingapi").get_resources()["ResourceTagMappingList"],
    ),
}


@pytest.mark.parametrize("service", KEPT)
def test_it_is_kept(stand_in: RunningStandIn, tmp_path: Any, service: str) -> None:
    make, see = KEPT[service]

    def at(name: str) -> Any:
        return stand_in.customer(NORTHWIND, name)

    with patches.at_once():  # nothing is to change by itself between the two looks
        make(at)
        see(at)  # some say at first that they are being made
        before = see(at)
        path = tmp_path / "aws.dill"
        stand_in.application.gate.still(lambda: snapshot.save(path))
        BackendDict.reset()
        assert snapshot.load(path)

        assert len(before) == 1
        assert see(at) == before


def test_an_account_is_kept_and_its_address_with_it(stand_in: RunningStandIn, tmp_path: Any) -> None:
    given = {"AccountName": "Northwind", "Email": "aws@northwind.example"}
    request = stand_in.provider("organizations").create_account(**given)["CreateAccountStatus"]["Id"]
    path = tmp_path / "aws.dill"
    stand_in.application.gate.still(lambda: snapshot.save(path))
    BackendDict.reset()
    assert snapshot.load(path)

    organizations = stand_in.provider("organizations")
    assert organizations.describe_create_account_status(CreateAccountRequestId=request)["CreateAccountStatus"]
    second = organizations.create_account(**given)["CreateAccountStatus"]
    assert second["FailureReason"] == "EMAIL_ALREADY_EXISTS"


def test_a_token_is_kept(stand_in: RunningStandIn, tmp_path: Any) -> None:
    ec2 = stand_in.customer(NORTHWIND, "ec2")
    given = {"ImageId": "ami-1", "MinCount": 1, "MaxCount": 1, "ClientToken": "t"}
    before = ec2.run_instances(**given)["Instances"][0]["InstanceId"]
    path = tmp_path / "aws.dill"
    stand_in.application.gate.still(lambda: snapshot.save(path))
    BackendDict.reset()
    assert snapshot.load(path)

    again = ec2.run_instances(**given)["Instances"][0]["InstanceId"]
    ec2.stop_instances(InstanceIds=[again])

    assert again == before
    assert ec2.describe_instances()["Reservations"][0]["Instances"][0]["State"]["Name"] == "stopped"
