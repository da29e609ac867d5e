"""What the database needs before it is made: the subnets that it may stand in, and its parameters."""

from collections.abc import Mapping, Sequence
from typing import Any

from environments.catalogue import machines as catalogue
from environments.provisioning import names
from environments.provisioning.collection import Collection, There
from environments.provisioning.ports import CallFailed, Failure
from environments.provisioning.specification import Spec
from environments.provisioning.step import Context, Drifted, Finding, Missing, Wanted

_DESCRIPTION = "Database of the products"


def name_of(spec: Spec) -> str:
    """Return the name of the database's subnet group, and of its parameter group."""
    return names.of(spec, "database")


class DbSubnetGroup(Collection):
    """Both subnets. outputs: {"name": its name}."""

    key = "db_subnet_group"
    title = "Subnets of the database"
    doing = "Grouping the database's subnets"
    done = "Grouped the database's subnets"
    requires = ("subnets",)
    permissions = (
        "rds:AddTagsToResource",
        "rds:CreateDBSubnetGroup",
        "rds:DeleteDBSubnetGroup",
        "rds:DescribeDBSubnetGroups",
        "rds:ModifyDBSubnetGroup",
    )

    def wanted(self, spec: Spec) -> Sequence[Wanted]:
        return (Wanted("db_subnet_group", name_of(spec), {"subnets": "both"}),)

    def look(self, ctx: Context) -> Mapping[str, There]:
        """One list holds the groups of all environments of an account."""
        rows = ctx.customer.pages("rds", "describe_db_subnet_groups", "DBSubnetGroups")
        named = {row["DBSubnetGroupName"]: row for row in rows}
        name = name_of(ctx.spec)
        return {name: _group(ctx, named[name])} if name in named else {}

    def make(self, ctx: Context, wanted: Wanted) -> There:
        answer = ctx.customer.change(
            "rds",
            "create_db_subnet_group",
            DBSubnetGroupName=wanted.name,
            DBSubnetGroupDescription=_DESCRIPTION,
            SubnetIds=ctx.outputs["subnets"]["subnet_ids"],
            Tags=names.listed(names.tags(ctx.spec, self.key)),
        )
        return _group(ctx, answer["DBSubnetGroup"])

    def mend(self, ctx: Context, wanted: Wanted, there: There) -> There:
        subnets = ctx.outputs["subnets"]["subnet_ids"]
        answer = ctx.customer.change("rds", "modify_db_subnet_group", DBSubnetGroupName=wanted.name, SubnetIds=subnets)
        return _group(ctx, answer["DBSubnetGroup"])

    def unmake(self, ctx: Context, name: str, there: There) -> None:
        ctx.customer.change("rds", "delete_db_subnet_group", DBSubnetGroupName=name)

    def outputs(self, ctx: Context, there: Mapping[str, There]) -> dict[str, Any]:
        return {"name": name_of(ctx.spec)}


class DatabaseSettings(Collection):
    """The database's parameter group. What else somebody tunes in it is left alone. outputs: {"name": its name}."""

    key = "database_settings"
    title = "Settings of the database"
    doing = "Writing the database's settings"
    done = "Wrote the database's settings"
    requires = ("customer_access",)
    permissions = (
        "rds:AddTagsToResource",
        "rds:CreateDBParameterGroup",
        "rds:DeleteDBParameterGroup",
        "rds:DescribeDBParameters",
        "rds:ModifyDBParameterGroup",
    )

    def wanted(self, spec: Spec) -> Sequence[Wanted]:
        settings = tuple(f"{name} = {value}" for name, value in _settings(spec).items())
        return (Wanted("db_parameter_group", name_of(spec), {"settings": settings}),)

    def look(self, ctx: Context) -> Mapping[str, There]:
        """The name proves that it is ours: it holds the environment's own digits."""
        name = name_of(ctx.spec)
        try:
            rows = ctx.customer.pages(
                "rds", "describe_db_parameters", "Parameters", DBParameterGroupName=name, Source="user"
            )
        except CallFailed as failed:
            if failed.failure == Failure.MISSING:
                return {}
            raise
        known = _settings(ctx.spec)
        found = {row["ParameterName"]: row.get("ParameterValue", "") for row in rows}
        return {name: There(name, {"settings": tuple(f"{key} = {found[key]}" for key in known if key in found)})}

    def apply(self, ctx: Context, found: Missing | Drifted) -> Finding | None:
        """The group comes with AWS's defaults, and takes ours with a second call."""
        made = super().apply(ctx, found)
        return super().apply(ctx, made) if isinstance(made, Drifted) else made

    def make(self, ctx: Context, wanted: Wanted) -> There:
        ctx.customer.change(
            "rds",
            "create_db_parameter_group",
            DBParameterGroupName=wanted.name,
            DBParameterGroupFamily=catalogue.database(production=ctx.spec.is_production).family,
            Description=_DESCRIPTION,
            Tags=names.listed(names.tags(ctx.spec, self.key)),
        )
        return There(wanted.name, {"settings": ()})

    def mend(self, ctx: Context, wanted: Wanted, there: There) -> There:
        parameters = [
            {"ParameterName": name, "ParameterValue": value, "ApplyMethod": "immediate"}
            for name, value in _settings(ctx.spec).items()
        ]
        ctx.customer.change("rds", "modify_db_parameter_group", DBParameterGroupName=wanted.name, Parameters=parameters)
        return There(there.aws_id, dict(wanted.attributes))

    def unmake(self, ctx: Context, name: str, there: There) -> None:
        ctx.customer.change("rds", "delete_db_parameter_group", DBParameterGroupName=name)

    def outputs(self, ctx: Context, there: Mapping[str, There]) -> dict[str, Any]:
        return {"name": name_of(ctx.spec)}


def _settings(spec: Spec) -> dict[str, str]:
    return dict(catalogue.database(production=spec.is_production).settings)


def _group(ctx: Context, row: Mapping[str, Any]) -> There:
    """The name proves that it is ours: RDS shows no tags of subnet groups with them."""
    there = sorted(one["SubnetIdentifier"] for one in row["Subnets"])
    both = there == sorted(ctx.outputs.get("subnets", {}).get("subnet_ids", ()))
    return There(row["DBSubnetGroupName"], {"subnets": "both" if both else ", ".join(there)})
