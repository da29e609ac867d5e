"""Elastic load balancing: network load balancers, target groups, listeners and targets. A balancer is set up in two minutes.

What AWS would give back for the same settings is refused here as a duplicate: the steps must look, not repeat.
"""

from datetime import timedelta
from typing import Any

from environments.provisioning.ports import Failure
from tests.fakes.cloud import Call, answers, refuse

Row = dict[str, Any]

_SET_UP = timedelta(minutes=2)


def _arn(call: Call, kind: str, name: str) -> str:
    return f"arn:aws:elasticloadbalancing:{call.region}:{call.account_id}:{kind}/{name}/{call.new_id('')}"


def _balancer(call: Call, arn: str) -> Row:
    return call.row("load_balancer", arn, "LoadBalancerNotFound")


def _group(call: Call, arn: str) -> Row:
    return call.row("target_group", arn, "TargetGroupNotFound")


# ---- load balancers


@answers("elbv2.create_load_balancer")
def create_load_balancer(
    call: Call,
    *,
    Name: str,
    Type: str,
    Scheme: str,
    SubnetMappings: list[Row],
    SecurityGroups: list[str],
    Tags: Any = None,
) -> Any:
    balancers = call.table("load_balancer").values()
    if any(row["LoadBalancerName"] == Name for row in balancers):
        raise refuse(Failure.CONFLICT, "DuplicateLoadBalancerName", call.operation)
    zones = [
        {
            "SubnetId": one["SubnetId"],
            "LoadBalancerAddresses": [{"PrivateIPv4Address": one["PrivateIPv4Address"]}]
            if "PrivateIPv4Address" in one
            else [],
        }
        for one in SubnetMappings
    ]
    arn = _arn(call, "loadbalancer/net", Name)
    row = {
        "LoadBalancerArn": arn,
        "LoadBalancerName": Name,
        "DNSName": f"{Name}.elb.{call.region}.amazonaws.com",
        "Type": Type,
        "Scheme": Scheme,
        "AvailabilityZones": zones,
        "SecurityGroups": SecurityGroups,
        "State": {"Code": "provisioning"},
        "attributes": {},
        "_since": call.cloud.now,
    }
    return {"LoadBalancers": [call.add("load_balancer", arn, row)]}


@answers("elbv2.describe_load_balancers")
def describe_load_balancers(call: Call) -> Any:
    for row in call.table("load_balancer").values():
        if call.cloud.now - row["_since"] >= _SET_UP:
            row["State"]["Code"] = "active"
    return {"LoadBalancers": list(call.table("load_balancer").values())}


@answers("elbv2.set_security_groups")
def set_security_groups(call: Call, *, LoadBalancerArn: str, SecurityGroups: list[str]) -> Any:
    _balancer(call, LoadBalancerArn)["SecurityGroups"] = SecurityGroups
    return {"SecurityGroupIds": SecurityGroups}


@answers("elbv2.describe_load_balancer_attributes")
def describe_load_balancer_attributes(call: Call, *, LoadBalancerArn: str) -> Any:
    known = {"load_balancing.cross_zone.enabled": "false", **_balancer(call, LoadBalancerArn)["attributes"]}
    return {"Attributes": [{"Key": key, "Value": value} for key, value in known.items()]}


@answers("elbv2.modify_load_balancer_attributes")
def modify_load_balancer_attributes(call: Call, *, LoadBalancerArn: str, Attributes: list[Row]) -> Any:
    _balancer(call, LoadBalancerArn)["attributes"].update({one["Key"]: one["Value"] for one in Attributes})
    return {"Attributes": Attributes}


@answers("elbv2.delete_load_balancer")
def delete_load_balancer(call: Call, *, LoadBalancerArn: str) -> Any:
    call.table("load_balancer").pop(LoadBalancerArn, None)
    listeners = call.table("listener")
    for arn in [arn for arn, row in listeners.items() if row["LoadBalancerArn"] == LoadBalancerArn]:
        del listeners[arn]
    return {}


# ---- target groups


@answers("elbv2.create_target_group")
def create_target_group(call: Call, *, Name: str, Protocol: str, Port: int, **given: Any) -> Any:
    assert len(Name) <= 32
    if any(row["TargetGroupName"] == Name for row in call.table("target_group").values()):
        raise refuse(Failure.CONFLICT, "DuplicateTargetGroupName", call.operation)
    arn = _arn(call, "targetgroup", Name)
    row = {"TargetGroupArn": arn, "TargetGroupName": Name, "Protocol": Protocol, "Port": Port, **given, "ids": []}
    return {"TargetGroups": [call.add("target_group", arn, row)]}


@answers("elbv2.describe_target_groups")
def describe_target_groups(call: Call) -> Any:
    rows = call.table("target_group").values()
    return {"TargetGroups": [{**row, "LoadBalancerArns": _users(call, row["TargetGroupArn"])} for row in rows]}


def _users(call: Call, group: str) -> list[str]:
    listeners = call.table("listener").values()
    return [one["LoadBalancerArn"] for one in listeners if one["DefaultActions"][0]["TargetGroupArn"] == group]


@answers("elbv2.delete_target_group")
def delete_target_group(call: Call, *, TargetGroupArn: str) -> Any:
    if _users(call, TargetGroupArn):
        raise refuse(Failure.REFUSED, "ResourceInUse", call.operation)
    call.table("target_group").pop(TargetGroupArn, None)
    return {}


@answers("elbv2.register_targets")
def register_targets(call: Call, *, TargetGroupArn: str, Targets: list[Row]) -> Any:
    ids = _group(call, TargetGroupArn)["ids"]
    ids += [one["Id"] for one in Targets if one["Id"] not in ids]
    return {}


@answers("elbv2.deregister_targets")
def deregister_targets(call: Call, *, TargetGroupArn: str, Targets: list[Row]) -> Any:
    ids = _group(call, TargetGroupArn)["ids"]
    for one in Targets:
        if one["Id"] in ids:
            ids.remove(one["Id"])
    return {}


@answers("elbv2.describe_target_health")
def describe_target_health(call: Call, *, TargetGroupArn: str) -> Any:
    ids = _group(call, TargetGroupArn)["ids"]
    return {"TargetHealthDescriptions": [{"Target": {"Id": one}, "TargetHealth": {"State": "initial"}} for one in ids]}


# ---- listeners


@answers("elbv2.create_listener")
def create_listener(call: Call, *, LoadBalancerArn: str, Port: int, **given: Any) -> Any:
    _balancer(call, LoadBalancerArn)
    _group(call, given["DefaultActions"][0]["TargetGroupArn"])
    listeners = call.table("listener").values()
    if any((row["LoadBalancerArn"], row["Port"]) == (LoadBalancerArn, Port) for row in listeners):
        raise refuse(Failure.CONFLICT, "DuplicateListener", call.operation)
    arn = f"{LoadBalancerArn.replace(':loadbalancer/', ':listener/')}/{call.new_id('')}"
    row = {"ListenerArn": arn, "LoadBalancerArn": LoadBalancerArn, "Port": Port, **given}
    return {"Listeners": [call.add("listener", arn, row)]}


@answers("elbv2.describe_listeners")
def describe_listeners(call: Call, *, LoadBalancerArn: str) -> Any:
    _balancer(call, LoadBalancerArn)
    rows = call.table("listener").values()
    return {"Listeners": [row for row in rows if row["LoadBalancerArn"] == LoadBalancerArn]}


@answers("elbv2.modify_listener")
def modify_listener(call: Call, *, ListenerArn: str, **changed: Any) -> Any:
    row = call.row("listener", ListenerArn, "ListenerNotFound")
    row.update(changed)
    return {"Listeners": [row]}


@answers("elbv2.delete_listener")
def delete_listener(call: Call, *, ListenerArn: str) -> Any:
    call.row("listener", ListenerArn, "ListenerNotFound")
    del call.table("listener")[ListenerArn]
    return {}
