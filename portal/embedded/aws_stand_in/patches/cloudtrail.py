"""CloudTrail: a trail of the same name is refused; moto would replace it."""

from typing import Any

from moto.cloudtrail.models import CloudTrailBackend
from moto.core.exceptions import JsonRESTError


def install() -> None:
    create = CloudTrailBackend.create_trail

    def create_once(self: Any, name: str, *given: Any, **more: Any) -> Any:
        if name in self.trails:
            raise JsonRESTError(
                "TrailAlreadyExistsException", f"Trail {name} already exists for customer: {self.account_id}"
            )
        return create(self, name, *given, **more)

    CloudTrailBackend.create_trail = create_once
