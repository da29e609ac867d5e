"""The public DNS in memory. It lives beside the cloud, so that a copy of the cloud has its own."""

from typing import Any

from environments.provisioning.ports import LookupFailed
from environments.provisioning.steps.mail_identity import Record
from tests.fakes.cloud import Cloud

_WHERE = ("all", "global", "record")


class PublicDns:
    """What people published. `silent`: it answers nobody."""

    def __init__(self, cloud: Cloud) -> None:
        self.cloud = cloud
        self.silent = False

    def lookup(self, name: str, type: str) -> tuple[str, ...]:
        if self.silent:
            raise LookupFailed(name)
        return tuple(row["value"] for row in self._rows().values() if (row["name"], row["type"]) == (name, type))

    def publish(self, *records: Record) -> None:
        """It is nothing of AWS, so that it counts as no resource."""
        for one in records:
            self._rows()[f"{one.type} {one.name}"] = {
                "name": one.name,
                "type": one.type,
                "value": one.value,
                "_dead": True,
            }

    def _rows(self) -> dict[str, dict[str, Any]]:
        return self.cloud.world("public dns").tables.setdefault(_WHERE, {})
