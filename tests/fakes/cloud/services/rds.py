"""RDS: subnet groups, parameter groups and databases. A database takes ten minutes to be created and two to be deleted."""

from datetime import timedelta
from typing import Any

from environments.provisioning.ports import Failure
from tests.fakes.cloud import Call, answers, refuse

Row = dict[str, Any]

_CREATED, _DELETED, _CHANGED = timedelta(minutes=10), timedelta(minutes=2), timedelta(minutes=1)


def _once(call: Call, kind: str, name: str, code: str) -> None:
    if name in call.table(kind):
        raise refuse(Failure.CONFLICT, code, call.operation)


# ---- subnet groups


def _subnet_group(call: Call, name: str) -> Row:
    return call.row("db_subnet_group", name, "DBSubnetGroupNotFoundFault")


def _shown(name: str, subnets: list[str]) -> Row:
    return {"DBSubnetGroupName": name, "Subnets": [{"SubnetIdentifier": one} for one in subnets]}


@answers("rds.create_db_subnet_group")
def create_db_subnet_group(call: Call, *, DBSubnetGroupName: str, SubnetIds: list[str], **_: Any) -> Any:
    _once(call, "db_subnet_group", DBSubnetGroupName, "DBSubnetGroupAlreadyExists")
    return {"DBSubnetGroup": call.add("db_subnet_group", DBSubnetGroupName, _shown(DBSubnetGroupName, SubnetIds))}


@answers("rds.describe_db_subnet_groups")
def describe_db_subnet_groups(call: Call) -> Any:
    return {"DBSubnetGroups": list(call.table("db_subnet_group").values())}


@answers("rds.modify_db_subnet_group")
def modify_db_subnet_group(call: Call, *, DBSubnetGroupName: str, SubnetIds: list[str]) -> Any:
    _subnet_group(call, DBSubnetGroupName).update(_shown(DBSubnetGroupName, SubnetIds))
    return {"DBSubnetGroup": _subnet_group(call, DBSubnetGroupName)}


@answers("rds.delete_db_subnet_group")
def delete_db_subnet_group(call: Call, *, DBSubnetGroupName: str) -> Any:
    _subnet_group(call, DBSubnetGroupName)
    if any(row["subnet_group"] == DBSubnetGroupName for row in _databases(call).values()):
        raise refuse(Failure.REFUSED, "InvalidDBSubnetGroupStateFault", call.operation)
    del call.table("db_subnet_group")[DBSubnetGroupName]
    return {}


# ---- parameter groups


def _parameter_group(call: Call, name: str) -> Row:
    return call.row("db_parameter_group", name, "DBParameterGroupNotFound")


@answers("rds.create_db_parameter_group")
def create_db_parameter_group(call: Call, *, DBParameterGroupName: str, DBParameterGroupFamily: str, **_: Any) -> Any:
    _once(call, "db_parameter_group", DBParameterGroupName, "DBParameterGroupAlreadyExists")
    row = {"DBParameterGroupName": DBParameterGroupName, "DBParameterGroupFamily": DBParameterGroupFamily}
    return {"DBParameterGroup": call.add("db_parameter_group", DBParameterGroupName, {**row, "parameters": {}})}


@answers("rds.describe_db_parameters")
def describe_db_parameters(call: Call, *, DBParameterGroupName: str, Source: str) -> Any:
    assert Source == "user"
    return {"Parameters": list(_parameter_group(call, DBParameterGroupName)["parameters"].values())}


@answers("rds.modify_db_parameter_group")
def modify_db_parameter_group(call: Call, *, DBParameterGroupName: str, Parameters: list[Row]) -> Any:
    known = _parameter_group(call, DBParameterGroupName)["parameters"]
    known.update({one["ParameterName"]: one for one in Parameters})
    return {"DBParameterGroupName": DBParameterGroupName}


@answers("rds.delete_db_parameter_group")
def delete_db_parameter_group(call: Call, *, DBParameterGroupName: str) -> Any:
    _parameter_group(call, DBParameterGroupName)
    if any(
        row["DBParameterGroups"][0]["DBParameterGroupName"] == DBParameterGroupName for row in _databases(call).values()
    ):
        raise refuse(Failure.REFUSED, "InvalidDBParameterGroupState", call.operation)
    del call.table("db_parameter_group")[DBParameterGroupName]
    return {}


# ---- databases


def _databases(call: Call) -> dict[str, Row]:
    """Return the databases in the state that they have by now."""
    table = call.table("database")
    for name, row in list(table.items()):
        passed = call.cloud.now - row["_since"]
        if row["DBInstanceStatus"] == "creating" and passed >= _CREATED:
            row["DBInstanceStatus"], row["InstanceCreateTime"] = "available", row["_since"]
            row["Endpoint"] = {"Address": f"{name}.example.rds.amazonaws.com", "Port": 5432}
        if row["DBInstanceStatus"] == "modifying" and passed >= _CHANGED:
            row["DBInstanceStatus"] = "available"
        if row["DBInstanceStatus"] == "deleting" and passed >= _DELETED:
            del table[name]
    return table


def _database(call: Call, name: str) -> Row:
    _databases(call)
    return call.row("database", name, "DBInstanceNotFound")


@answers("rds.describe_db_instances")
def describe_db_instances(call: Call, *, DBInstanceIdentifier: str = "") -> Any:
    if DBInstanceIdentifier:
        return {"DBInstances": [_database(call, DBInstanceIdentifier)]}
    return {"DBInstances": list(_databases(call).values())}


@answers("rds.create_db_instance")
def create_db_instance(
    call: Call,
    *,
    DBInstanceIdentifier: str,
    DBSubnetGroupName: str,
    DBParameterGroupName: str,
    VpcSecurityGroupIds: list[str],
    ManageMasterUserPassword: bool,
    Tags: Any = None,
    **given: Any,
) -> Any:
    _databases(call)
    _once(call, "database", DBInstanceIdentifier, "DBInstanceAlreadyExists")
    _subnet_group(call, DBSubnetGroupName)
    _parameter_group(call, DBParameterGroupName)
    assert ManageMasterUserPassword
    arn = f"arn:aws:rds:{call.region}:{call.account_id}:db:{DBInstanceIdentifier}"
    row = {
        **given,
        "EngineVersion": f"{given['EngineVersion']}.9",
        "DBInstanceIdentifier": DBInstanceIdentifier,
        "DBInstanceArn": arn,
        "DBInstanceStatus": "creating",
        "DBParameterGroups": [{"DBParameterGroupName": DBParameterGroupName, "ParameterApplyStatus": "in-sync"}],
        "VpcSecurityGroups": [{"VpcSecurityGroupId": group} for group in VpcSecurityGroupIds],
        "MasterUserSecret": {"SecretArn": f"arn:aws:secretsmanager:{call.region}:{call.account_id}:secret:rds!db-1"},
        "TagList": Tags or [],
        "subnet_group": DBSubnetGroupName,
        "_since": call.cloud.now,
    }
    return {"DBInstance": call.add("database", DBInstanceIdentifier, row)}


@answers("rds.modify_db_instance")
def modify_db_instance(
    call: Call,
    *,
    DBInstanceIdentifier: str,
    ApplyImmediately: bool,
    VpcSecurityGroupIds: list[str] | None = None,
    **changed: Any,
) -> Any:
    row = _database(call, DBInstanceIdentifier)
    if row["DBInstanceStatus"] not in ("available", "modifying"):
        raise refuse(Failure.REFUSED, "InvalidDBInstanceState", call.operation)
    assert ApplyImmediately
    if VpcSecurityGroupIds:
        changed["VpcSecurityGroups"] = [{"VpcSecurityGroupId": group} for group in VpcSecurityGroupIds]
    row.update(changed)
    if set(changed) != {"DeletionProtection"}:
        row["DBInstanceStatus"], row["_since"] = "modifying", call.cloud.now
    return {"DBInstance": row}


@answers("rds.start_db_instance")
def start_db_instance(call: Call, *, DBInstanceIdentifier: str) -> Any:
    row = _database(call, DBInstanceIdentifier)
    if row["DBInstanceStatus"] != "stopped":
        raise refuse(Failure.REFUSED, "InvalidDBInstanceState", call.operation)
    row["DBInstanceStatus"], row["_since"] = "modifying", call.cloud.now
    return {"DBInstance": row}


@answers("rds.stop_db_instance")
def stop_db_instance(call: Call, *, DBInstanceIdentifier: str) -> Any:
    row = _database(call, DBInstanceIdentifier)
    row["DBInstanceStatus"] = "stopped"
    return {"DBInstance": row}


@answers("rds.delete_db_instance")
def delete_db_instance(call: Call, *, DBInstanceIdentifier: str, FinalDBSnapshotIdentifier: str = "", **_: Any) -> Any:
    row = _database(call, DBInstanceIdentifier)
    if row["DeletionProtection"]:
        raise refuse(Failure.REFUSED, "InvalidParameterCombination", call.operation)
    if row["DBInstanceStatus"] in ("creating", "modifying", "deleting"):
        raise refuse(Failure.REFUSED, "InvalidDBInstanceState", call.operation)
    if FinalDBSnapshotIdentifier:
        snapshot = {"DBSnapshotIdentifier": FinalDBSnapshotIdentifier, "SnapshotType": "manual"}
        call.add("db_snapshot", FinalDBSnapshotIdentifier, snapshot)
    row["DBInstanceStatus"], row["_since"] = "deleting", call.cloud.now
    return {"DBInstance": row}


@answers("rds.describe_db_snapshots")
def describe_db_snapshots(call: Call, *, SnapshotType: str = "") -> Any:
    return {"DBSnapshots": list(call.table("db_snapshot").values())}
