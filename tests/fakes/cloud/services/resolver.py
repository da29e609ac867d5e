"""Route 53 Resolver: endpoints, forwarding rules and their associations. An endpoint takes a minute, an association seconds."""

from datetime import timedelta
from typing import Any

from environments.provisioning.ports import Failure
from tests.fakes.cloud import Call, answers, refuse

Row = dict[str, Any]
_STARTS = timedelta(seconds=60)
_SPREADS = timedelta(seconds=5)


def _rows(call: Call, kind: str) -> list[Row]:
    return [_shown(call, row) for row in call.table(kind).values()]


def _shown(call: Call, row: Row) -> Row:
    settled = call.cloud.now >= row["_ready_at"]
    return {**row, "Status": row["_then"] if settled else row["Status"]}


def _requested_once(call: Call, kind: str, request_id: str) -> None:
    if any(row["CreatorRequestId"] == request_id for row in call.table(kind).values()):
        raise refuse(Failure.CONFLICT, "ResourceExistsException", call.operation)


@answers("route53resolver.list_resolver_endpoints")
def list_endpoints(call: Call) -> Any:
    return {"ResolverEndpoints": _rows(call, "endpoint")}


@answers("route53resolver.create_resolver_endpoint")
def create_endpoint(call: Call, *, CreatorRequestId: str, IpAddresses: Any, Tags: Any, **given: Any) -> Any:
    _requested_once(call, "endpoint", CreatorRequestId)
    row = {
        **given,
        "Id": call.new_id("rslvr-out-"),
        "CreatorRequestId": CreatorRequestId,
        "IpAddressCount": len(IpAddresses),
        "Status": "CREATING",
        "_then": "OPERATIONAL",
        "_ready_at": call.cloud.now + _STARTS,
    }
    return {"ResolverEndpoint": call.add("endpoint", row["Id"], row)}


@answers("route53resolver.delete_resolver_endpoint")
def delete_endpoint(call: Call, *, ResolverEndpointId: str) -> Any:
    call.row("endpoint", ResolverEndpointId, "ResourceNotFoundException")
    if any(rule["ResolverEndpointId"] == ResolverEndpointId for rule in call.table("rule").values()):
        raise refuse(Failure.REFUSED, "InvalidRequestException", call.operation)
    return {"ResolverEndpoint": call.table("endpoint").pop(ResolverEndpointId)}


@answers("route53resolver.list_resolver_rules")
def list_rules(call: Call) -> Any:
    return {"ResolverRules": _rows(call, "rule")}


@answers("route53resolver.create_resolver_rule")
def create_rule(call: Call, *, CreatorRequestId: str, DomainName: str, Tags: Any, **given: Any) -> Any:
    _requested_once(call, "rule", CreatorRequestId)
    endpoint = call.row("endpoint", given["ResolverEndpointId"], "ResourceNotFoundException")
    if _shown(call, endpoint)["Status"] != "OPERATIONAL":
        raise refuse(Failure.REFUSED, "InvalidRequestException", call.operation)
    row = {
        **given,
        "Id": call.new_id("rslvr-rr-"),
        "CreatorRequestId": CreatorRequestId,
        "DomainName": f"{DomainName}.",
        "Status": "COMPLETE",
        "_then": "COMPLETE",
        "_ready_at": call.cloud.now,
    }
    return {"ResolverRule": call.add("rule", row["Id"], row)}


@answers("route53resolver.update_resolver_rule")
def update_rule(call: Call, *, ResolverRuleId: str, Config: Any) -> Any:
    row = call.row("rule", ResolverRuleId, "ResourceNotFoundException")
    row.update(Config, Status="UPDATING", _ready_at=call.cloud.now + _SPREADS)
    return {"ResolverRule": row}


@answers("route53resolver.delete_resolver_rule")
def delete_rule(call: Call, *, ResolverRuleId: str) -> Any:
    call.row("rule", ResolverRuleId, "ResourceNotFoundException")
    if any(row["ResolverRuleId"] == ResolverRuleId for row in call.table("association").values()):
        raise refuse(Failure.REFUSED, "ResourceInUseException", call.operation)
    return {"ResolverRule": call.table("rule").pop(ResolverRuleId)}


@answers("route53resolver.list_resolver_rule_associations")
def list_associations(call: Call) -> Any:
    return {"ResolverRuleAssociations": _rows(call, "association")}


@answers("route53resolver.associate_resolver_rule")
def associate(call: Call, *, ResolverRuleId: str, Name: str, VPCId: str) -> Any:
    call.row("rule", ResolverRuleId, "ResourceNotFoundException")
    known = call.table("association").values()
    if any((row["ResolverRuleId"], row["VPCId"]) == (ResolverRuleId, VPCId) for row in known):
        raise refuse(Failure.CONFLICT, "ResourceExistsException", call.operation)
    row = {
        "Id": call.new_id("rslvr-rrassoc-"),
        "ResolverRuleId": ResolverRuleId,
        "Name": Name,
        "VPCId": VPCId,
        "Status": "CREATING",
        "_then": "COMPLETE",
        "_ready_at": call.cloud.now + _SPREADS,
    }
    return {"ResolverRuleAssociation": call.add("association", row["Id"], row)}


@answers("route53resolver.disassociate_resolver_rule")
def disassociate(call: Call, *, ResolverRuleId: str, VPCId: str) -> Any:
    table = call.table("association")
    for identifier, row in list(table.items()):
        if (row["ResolverRuleId"], row["VPCId"]) == (ResolverRuleId, VPCId):
            return {"ResolverRuleAssociation": table.pop(identifier)}
    raise refuse(Failure.MISSING, "ResourceNotFoundException", call.operation)
