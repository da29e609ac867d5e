"""Machine images of the publishers that a customer may choose from. The whole catalogue of moto costs 4 MB per account and
Region; these few appear where somebody asks for them."""

import hashlib
from datetime import UTC, datetime
from typing import Any

from moto.ec2.models.amis import Ami, AmiBackend

CANONICAL, RED_HAT = "099720109477", "309956199498"

_OFFERED = (
    (CANONICAL, "ubuntu/images/hvm-ssd/ubuntu-jammy-22.04-amd64-server-20260915", datetime(2026, 9, 15, tzinfo=UTC)),
    (CANONICAL, "ubuntu/images/hvm-ssd/ubuntu-jammy-22.04-amd64-server-20261103", datetime(2026, 11, 3, tzinfo=UTC)),
    (
        CANONICAL,
        "ubuntu/images/hvm-ssd-gp3/ubuntu-noble-24.04-amd64-server-20261105",
        datetime(2026, 11, 5, tzinfo=UTC),
    ),
    (RED_HAT, "RHEL-9.6.0_HVM-20260520-x86_64-0-Hourly2-GP3", datetime(2026, 5, 20, tzinfo=UTC)),
    (RED_HAT, "RHEL-9.7.0_HVM-20261014-x86_64-0-Hourly2-GP3", datetime(2026, 10, 14, tzinfo=UTC)),
)


def install() -> None:
    among = AmiBackend.describe_images

    def describe_images(
        self: Any, ami_ids: Any = None, filters: Any = None, exec_users: Any = None, owners: Any = None
    ) -> Any:
        if owners:
            _offer(self, owners)
        return among(self, ami_ids, filters, exec_users, owners)

    AmiBackend.describe_images = describe_images


def _offer(backend: Any, owners: list[str]) -> None:
    for owner, name, created in _OFFERED:
        digest = hashlib.sha256(f"{backend.region_name}/{name}".encode()).hexdigest()
        identifier = f"ami-0{digest[:16]}"
        if owner in owners and identifier not in backend.amis:
            backend.amis[identifier] = Ami(
                backend,
                identifier,
                name=name,
                owner_id=owner,
                public=True,
                virtualization_type="hvm",
                architecture="x86_64",
                creation_date=created,
                root_device_type="ebs",
                root_device_name="/dev/sda1",
                region_name=f"{backend.region_name}a",
            )
