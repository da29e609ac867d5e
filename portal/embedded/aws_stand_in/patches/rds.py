"""RDS: a database takes a moment and has no address before; a subnet group of the same name is refused."""

from typing import Any

from moto.rds.exceptions import DBParameterGroupNotFoundError, RDSClientError
from moto.rds.models import DBInstance, RDSBackend

from portal.embedded.aws_stand_in.patches.settling import settle


def install() -> None:
    settle(DBInstance, "status", first="creating", then="available", wait="DATABASE")
    endpoint = DBInstance.endpoint.fget
    DBInstance.endpoint = property(lambda database: None if database.status == "creating" else endpoint(database))
    _refuse_a_second_subnet_group()
    _keep_a_changed_subnet_group()
    _refuse_an_unknown_parameter_group()


def _refuse_a_second_subnet_group() -> None:
    create = RDSBackend.create_subnet_group

    def create_once(self: Any, subnet_name: str, *given: Any, **more: Any) -> Any:
        if subnet_name in self.subnet_groups:
            raise RDSClientError("DBSubnetGroupAlreadyExists", f"The DB subnet group '{subnet_name}' already exists.")
        return create(self, subnet_name, *given, **more)

    RDSBackend.create_subnet_group = create_once


def _keep_a_changed_subnet_group() -> None:
    modify = RDSBackend.modify_db_subnet_group

    def modify_and_keep(self: Any, subnet_name: str, *given: Any, **more: Any) -> Any:
        self.subnet_groups[subnet_name] = modify(self, subnet_name, *given, **more)
        return self.subnet_groups[subnet_name]

    RDSBackend.modify_db_subnet_group = modify_and_keep


def _refuse_an_unknown_parameter_group() -> None:
    describe = RDSBackend.describe_db_parameter_groups

    def describe_known(self: Any, wanted: dict[str, Any]) -> Any:
        found = describe(self, wanted)
        if wanted.get("db_parameter_group_name") and not found:
            raise DBParameterGroupNotFoundError(wanted["db_parameter_group_name"])
        return found

    RDSBackend.describe_db_parameter_groups = describe_known
