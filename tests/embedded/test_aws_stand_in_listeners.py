"""A target group is used by the load balancers whose listeners name it, and by no others."""

from portal.embedded.aws_stand_in.accounts import CUSTOMER_ACCOUNTS

ACCOUNT = CUSTOMER_ACCOUNTS[0]


def test_changed_listener_ends_tls_and_frees_its_old_group(stand_in):
    ec2, elb = (stand_in.customer(ACCOUNT, service) for service in ("ec2", "elbv2"))
    subnets = ec2.describe_subnets(Filters=[{"Name": "vpc-id", "Values": [ACCOUNT.production_vpc_id]}])["Subnets"]
    balancer = elb.create_load_balancer(Name="am", Type="network", Subnets=[one["SubnetId"] for one in subnets])
    balancer_arn = balancer["LoadBalancers"][0]["LoadBalancerArn"]
    old, new = (
        elb.create_target_group(Name=name, Protocol=protocol, Port=9443, VpcId=ACCOUNT.production_vpc_id)[
            "TargetGroups"
        ][0]["TargetGroupArn"]
        for name, protocol in (("old", "TCP"), ("new", "TLS"))
    )
    listener = elb.create_listener(LoadBalancerArn=balancer_arn, Protocol="TCP", Port=9443, DefaultActions=_to(old))[
        "Listeners"
    ][0]["ListenerArn"]
    certificate = stand_in.customer(ACCOUNT, "acm").request_certificate(DomainName="*.example.org")["CertificateArn"]
    elb.modify_listener(
        ListenerArn=listener,
        Protocol="TLS",
        Certificates=[{"CertificateArn": certificate}],
        DefaultActions=_to(new),
    )
    (changed,) = elb.describe_listeners(LoadBalancerArn=balancer_arn)["Listeners"]
    assert (changed["Protocol"], changed["Certificates"]) == ("TLS", [{"CertificateArn": certificate}])
    assert _users(elb) == {"old": [], "new": [balancer_arn]}
    elb.delete_load_balancer(LoadBalancerArn=balancer_arn)
    assert _users(elb) == {"old": [], "new": []}


def _to(group: str) -> list[dict]:
    return [{"Type": "forward", "TargetGroupArn": group}]


def _users(elb) -> dict[str, list[str]]:
    groups = elb.describe_target_groups()["TargetGroups"]
    return {one["TargetGroupName"]: one["LoadBalancerArns"] for one in groups}
