"""EC2: a dry run changes nothing, whatever the operation; moto honours it for a few. Installed last: it is asked first."""

from typing import Any

from moto.core.utils import method_names_from_class
from moto.ec2.exceptions import DryRunClientError
from moto.ec2.responses import EC2Response

_CHANGING = (
    "accept",
    "allocate",
    "associate",
    "attach",
    "authorize",
    "create",
    "delete",
    "detach",
    "disable",
    "disassociate",
    "enable",
    "modify",
    "reject",
    "release",
    "replace",
    "revoke",
    "run",
    "start",
    "stop",
    "terminate",
)


def install() -> None:
    for name in method_names_from_class(EC2Response):
        if name.split("_")[0] in _CHANGING:
            _ask_first(name)


def _ask_first(name: str) -> None:
    act = getattr(EC2Response, name)

    def act_unless_dry(self: Any) -> Any:
        if self._get_param("DryRun"):
            raise DryRunClientError
        return act(self)

    setattr(EC2Response, name, act_unless_dry)
