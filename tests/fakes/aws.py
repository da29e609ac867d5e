"""AWS in memory, as far as the steps use it: quick, and able to fail like the real thing at any chosen call.

It is stricter than AWS where that finds more: every accepted CreateVpcPeeringConnection makes one more peering.
"""

from collections.abc import Callable
from copy import deepcopy
from threading import RLock
from typing import Any

from environments.provisioning.ports import CallFailed, Failure
from environments.provisioning.specification import Spec

Interfere = Callable[[str], None]
_STRONGLY_CONSISTENT = ("s3", "sts")


class Crash(BaseException):
    """The process dies here."""


def refuse(failure: Failure, code: str, operation: str = "") -> CallFailed:
    return CallFailed(failure, code, code, operation=operation)


class Cloud:
    """Both accounts. `stale_reads`: how many reads of a service after each change still show what was before it.

    `before` and `after` are called with `service.operation` around the effect of each call that changes something, and may
    raise.
    """

    def __init__(self, spec: Spec, *, stale_reads: int = 0) -> None:
        self.spec = spec
        self.stale_reads = stale_reads
        self.before: Interfere = lambda operation: None
        self.after: Interfere = lambda operation: None
        self.before_read: Interfere = lambda operation: None
        self.reads: list[str] = []
        self.changes: list[str] = []
        self.role_exists = True
        self.role_requires_external_id = True
        self.answers_as: str | None = None
        self._lock = RLock()
        self._behind: dict[str, int] = {}
        self._old: dict[str, Any] = {}
        self.state: dict[str, Any] = {
            "peerings": [],
            "tables": {
                spec.provider_vpc_id: {"rtb-provider-main": [], "rtb-provider-private": []},
                spec.customer_vpc_id: {"rtb-customer-main": [], "rtb-customer-private": []},
            },
            "zones": {},
            "records": {},
            "buckets": {},
            "trails": {},
        }

    def read(self, service: str, operation: str, params: dict[str, Any]) -> Any:
        with self._lock:
            name = f"{service}.{operation}"
            self.before_read(name)
            self.reads.append(name)
            seen = self.state
            if self._behind.get(service) and service not in _STRONGLY_CONSISTENT:
                self._behind[service] -= 1
                seen = self._old[service]
            return deepcopy(getattr(self, operation)(seen, **params))

    def change(self, service: str, operation: str, params: dict[str, Any]) -> Any:
        with self._lock:
            name = f"{service}.{operation}"
            self.before(name)
            if not self._behind.get(service):
                self._old[service] = deepcopy(self.state)
            answer = deepcopy(getattr(self, operation)(self.state, **params))
            self._behind[service] = self.stale_reads
            self.changes.append(name)
            self.after(name)
            return answer

    # ---- what people do

    def accept(self) -> None:
        for peering in self.state["peerings"]:
            if peering["Status"]["Code"] == "pending-acceptance":
                peering["Status"]["Code"] = "active"

    def end_peerings(self, code: str) -> None:
        for peering in self.state["peerings"]:
            peering["Status"]["Code"] = code

    def live_peerings(self) -> list[str]:
        dead = ("rejected", "failed", "expired", "deleted")
        return [p["VpcPeeringConnectionId"] for p in self.state["peerings"] if p["Status"]["Code"] not in dead]

    def counts(self) -> dict[str, int]:
        """Return how many live resources there are of each kind."""
        tables = [routes for vpc in self.state["tables"].values() for routes in vpc.values()]
        return {
            "peerings": len(self.live_peerings()),
            "routes": sum(map(len, tables)),
            "zones": len(self.state["zones"]),
            "records": sum(map(len, self.state["records"].values())),
            "buckets": len(self.state["buckets"]),
            "trails": len(self.state["trails"]),
        }

    # ---- EC2

    def describe_vpc_peering_connections(
        self, state: Any, *, VpcPeeringConnectionIds: list[str] | None = None, Filters: Any = None
    ) -> Any:
        """Filters are ignored, as some implementations do: whoever trusts them alone is found out."""
        rows = [p for p in state["peerings"] if p["VpcPeeringConnectionId"] in (VpcPeeringConnectionIds or [])]
        if VpcPeeringConnectionIds and not rows:
            raise refuse(Failure.MISSING, "InvalidVpcPeeringConnectionID.NotFound")
        return {"VpcPeeringConnections": rows if VpcPeeringConnectionIds else state["peerings"]}

    def create_vpc_peering_connection(
        self, state: Any, *, VpcId: str, PeerVpcId: str, TagSpecifications: Any, **_: Any
    ) -> Any:
        peering = {
            "VpcPeeringConnectionId": f"pcx-{len(state['peerings']) + 1:017x}",
            "Status": {"Code": self.first_peering_status},
            "RequesterVpcInfo": {"VpcId": VpcId},
            "AccepterVpcInfo": {"VpcId": PeerVpcId},
            "Tags": TagSpecifications[0]["Tags"],
        }
        state["peerings"].append(peering)
        return {"VpcPeeringConnection": peering}

    first_peering_status = "pending-acceptance"

    def describe_route_tables(self, state: Any, *, Filters: Any) -> Any:
        return {
            "RouteTables": [
                {"RouteTableId": table, "VpcId": vpc, "Routes": routes}
                for vpc, tables in state["tables"].items()
                for table, routes in tables.items()
            ]
        }

    def create_route(self, state: Any, *, RouteTableId: str, DestinationCidrBlock: str, **target: Any) -> Any:
        table = next(tables[RouteTableId] for tables in state["tables"].values() if RouteTableId in tables)
        if any(route["DestinationCidrBlock"] == DestinationCidrBlock for route in table):
            raise refuse(Failure.CONFLICT, "RouteAlreadyExists", "create_route")
        table.append({"DestinationCidrBlock": DestinationCidrBlock, **target})
        return {"Return": True}

    # ---- STS, for both accounts

    def get_caller_identity(self, state: Any, *, account_id: str) -> Any:
        if account_id == self.spec.customer_account_id and not self.role_exists:
            raise refuse(Failure.DENIED, "AccessDenied", "assume_role")
        return {"Account": self.answers_as or account_id, "Arn": f"arn:aws:sts::{account_id}:assumed-role/x/y"}

    # ---- Route 53

    def list_hosted_zones_by_vpc(self, state: Any, *, VPCId: str, **_: Any) -> Any:
        zones = [{"HostedZoneId": id, "Name": z["Name"]} for id, z in state["zones"].items() if z["VPC"] == VPCId]
        return {"HostedZoneSummaries": zones}

    def list_tags_for_resource(self, state: Any, *, ResourceId: str, **_: Any) -> Any:
        return {"ResourceTagSet": {"Tags": self._zone(state, ResourceId)["Tags"]}}

    def get_hosted_zone(self, state: Any, *, Id: str) -> Any:
        return {"HostedZone": {"CallerReference": self._zone(state, Id)["CallerReference"]}}

    def _zone(self, state: Any, id: str) -> Any:
        if id not in state["zones"]:
            raise refuse(Failure.MISSING, "NoSuchHostedZone")
        return state["zones"][id]

    def create_hosted_zone(self, state: Any, *, Name: str, VPC: Any, CallerReference: str, **_: Any) -> Any:
        if any(zone["CallerReference"] == CallerReference for zone in state["zones"].values()):
            raise refuse(Failure.CONFLICT, "HostedZoneAlreadyExists", "create_hosted_zone")
        identifier = f"Z{len(state['zones']) + 1:013d}"
        state["zones"][identifier] = {
            "Name": f"{Name}.",
            "VPC": VPC["VPCId"],
            "CallerReference": CallerReference,
            "Tags": [],
        }
        return {"HostedZone": {"Id": f"/hostedzone/{identifier}"}}

    def change_tags_for_resource(self, state: Any, *, ResourceId: str, AddTags: Any, **_: Any) -> Any:
        self._zone(state, ResourceId)["Tags"] = AddTags
        return {}

    def list_resource_record_sets(self, state: Any, *, HostedZoneId: str) -> Any:
        self._zone(state, HostedZoneId)
        records = state["records"].get(HostedZoneId, {})
        return {
            "ResourceRecordSets": [
                {"Name": f"{name}.", "Type": "A", "ResourceRecords": [{"Value": address}]}
                for name, address in records.items()
            ]
        }

    def change_resource_record_sets(self, state: Any, *, HostedZoneId: str, ChangeBatch: Any) -> Any:
        records = state["records"].setdefault(HostedZoneId, {})
        for change in ChangeBatch["Changes"]:
            row = change["ResourceRecordSet"]
            records[row["Name"]] = row["ResourceRecords"][0]["Value"]
        return {}

    # ---- S3

    def _bucket(self, state: Any, name: str) -> dict[str, Any]:
        if name not in state["buckets"]:
            raise refuse(Failure.MISSING, "404")
        return state["buckets"][name]

    def head_bucket(self, state: Any, *, Bucket: str, ExpectedBucketOwner: str) -> Any:
        if self._bucket(state, Bucket).get("owner", ExpectedBucketOwner) != ExpectedBucketOwner:
            raise refuse(Failure.DENIED, "403")
        return {}

    def create_bucket(self, state: Any, *, Bucket: str, **_: Any) -> Any:
        if Bucket in state["buckets"]:
            raise refuse(Failure.CONFLICT, "BucketAlreadyOwnedByYou", "create_bucket")
        state["buckets"][Bucket] = {}
        return {}

    def __getattr__(self, operation: str) -> Any:
        """The other calls of S3 get and put one aspect of a bucket, each under its own name."""
        if operation.startswith("get_") and not operation.endswith("_trail"):
            return lambda state, *, Bucket: self._aspect(state, Bucket, operation.removeprefix("get_"))
        if operation.startswith("put_"):
            return lambda state, *, Bucket, **params: self._bucket(state, Bucket).update(
                {operation.removeprefix("put_"): _as_read(operation, params)}
            )
        raise AttributeError(operation)

    def _aspect(self, state: Any, bucket: str, aspect: str) -> Any:
        found = self._bucket(state, bucket).get(aspect)
        if found is None and aspect != "bucket_versioning":
            raise refuse(Failure.MISSING, f"No{aspect}NotFoundError")
        return found or {}

    # ---- CloudTrail

    def get_trail(self, state: Any, *, Name: str) -> Any:
        if Name not in state["trails"]:
            raise refuse(Failure.MISSING, "TrailNotFoundException")
        return {"Trail": state["trails"][Name]}

    def get_trail_status(self, state: Any, *, Name: str) -> Any:
        return {"IsLogging": self.get_trail(state, Name=Name)["Trail"]["logging"]}

    def create_trail(self, state: Any, *, Name: str, S3BucketName: str, EnableLogFileValidation: bool, **_: Any) -> Any:
        if Name in state["trails"]:
            raise refuse(Failure.CONFLICT, "TrailAlreadyExistsException", "create_trail")
        state["trails"][Name] = {
            "TrailARN": f"arn:aws:cloudtrail:eu-west-1:1:trail/{Name}",
            "S3BucketName": S3BucketName,
            "LogFileValidationEnabled": EnableLogFileValidation,
            "logging": False,
        }
        return {}

    def update_trail(self, state: Any, *, Name: str, S3BucketName: str, EnableLogFileValidation: bool) -> Any:
        trail = self.get_trail(state, Name=Name)["Trail"]
        trail.update(S3BucketName=S3BucketName, LogFileValidationEnabled=EnableLogFileValidation)
        return {}

    def start_logging(self, state: Any, *, Name: str) -> Any:
        self.get_trail(state, Name=Name)["Trail"]["logging"] = True
        return {}


def _as_read(operation: str, params: dict[str, Any]) -> Any:
    """Return what a get shows of what was put."""
    (value,) = params.values()
    if operation == "put_bucket_policy":
        return {"Policy": value}
    if operation in ("put_bucket_versioning", "put_bucket_tagging", "put_bucket_lifecycle_configuration"):
        return value
    return params


class FakeAccount:
    """An account of the cloud, as the steps see it."""

    def __init__(self, cloud: Cloud, account_id: str, region: str) -> None:
        self.cloud = cloud
        self.account_id = account_id
        self.region = region

    def read(self, service: str, operation: str, **params: Any) -> dict[str, Any]:
        if service == "sts":
            params["account_id"] = self.account_id
        return self.cloud.read(service, operation, params)

    def pages(self, service: str, operation: str, key: str, **params: Any) -> list[Any]:
        return self.read(service, operation, **params)[key]

    def change(self, service: str, operation: str, **params: Any) -> dict[str, Any]:
        return self.cloud.change(service, operation, params)

    def admits_without_external_id(self) -> bool:
        return not self.cloud.role_requires_external_id


def accounts(cloud: Cloud) -> tuple[FakeAccount, FakeAccount]:
    spec = cloud.spec
    return (
        FakeAccount(cloud, spec.provider_account_id, spec.provider_region),
        FakeAccount(cloud, spec.customer_account_id, spec.customer_region),
    )
