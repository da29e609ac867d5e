"""Machine images of the publishers that a customer may choose from. The whole catalogue of moto costs 4 MB per account and
Region; these few appear where somebody asks for images."""

import hashlib
from datetime import UTC, datetime
from typing import Any

from moto.ec2.models.amis import Ami, AmiBackend

CANONICAL, RED_HAT = "099720109477", "309956199498"
NEWEST_UBUNTU = "ubuntu/images/hvm-ssd-gp3/ubuntu-noble-24.04-amd64-server-20261105"

_OFFERED = (
    (CANONICAL, "ubuntu/images/hvm-ssd/ubuntu-jammy-22.04-amd64-server-20260915", datetime(2026, 9, 15, tzinfo=UTC)),
    (CANONICAL, "ubuntu/images/hvm-ssd/ubuntu-jammy-22.04-amd64-server-20261103", datetime(2026, 11, 3, tzinfo=UTC)),
    (CANONICAL, NEWEST_UBUNTU, datetime(2026, 11, 5, tzinfo=UTC)),
    (RED_HAT, "RHEL-9.6.0_HVM-20260520-x86_64-0-Hourly2-GP3", datetime(2026, 5, 20, tzinfo=UTC)),
    (RED_HAT, "RHEL-9.7.0_HVM-20261014-x86_64-0-Hourly2-GP3", datetime(2026, 10, 14, tzinfo=UTC)),
)


def install() -> None:
    among = AmiBackend.describe_images

    def describe_images(self: Any, *given: Any, **more: Any) -> Any:
        _offer(self)
        return among(self, *given, **more)

    AmiBackend.describe_images = describe_images


def image_id(region: str, name: str) -> str:
    """Return an image's id: one per Region, the same in every account."""
    return f"ami-0{hashlib.sha256(f'{region}/{name}'.encode()).hexdigest()[:16]}"


def _offer(backend: Any) -> None:
    for owner, name, created in _OFFERED:
        identifier = image_id(backend.region_name, name)
        if identifier in backend.amis:
            continue
        image = Ami(
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
        backend.snapshots.pop(image.ebs_snapshot.id)  # its publisher's, not this account's
        backend.amis[identifier] = image
