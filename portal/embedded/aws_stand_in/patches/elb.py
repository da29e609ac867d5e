"""Load balancing: the same settings get the same balancer, group or listener; a balancer takes a moment."""

from typing import Any

from moto.elbv2.exceptions import DuplicateListenerError, DuplicateLoadBalancerName, DuplicateTargetGroupName
from moto.elbv2.models import FakeLoadBalancer
from moto.elbv2.responses import ELBV2Response

from portal.embedded.aws_stand_in.patches.repeating import repeat_settings
from portal.embedded.aws_stand_in.patches.settling import settle


def install() -> None:
    repeat_settings(
        ELBV2Response,
        "create_load_balancer",
        member="LoadBalancers",
        find=lambda response: _named(response, response.elbv2_backend.load_balancers),
        error=DuplicateLoadBalancerName(),
    )
    repeat_settings(
        ELBV2Response,
        "create_target_group",
        member="TargetGroups",
        find=lambda response: _named(response, response.elbv2_backend.target_groups),
        error=DuplicateTargetGroupName(),
    )
    repeat_settings(
        ELBV2Response, "create_listener", member="Listeners", find=_listener_at_port, error=DuplicateListenerError()
    )
    settle(FakeLoadBalancer, "state", first="provisioning", then="active", wait="LOAD_BALANCER")


def _named(response: Any, known: dict[str, Any]) -> Any:
    return next((one for one in known.values() if one.name == response._get_param("Name")), None)


def _listener_at_port(response: Any) -> Any:
    balancer = response.elbv2_backend.load_balancers.get(response._get_param("LoadBalancerArn"))
    listeners = balancer.listeners.values() if balancer else []
    return next((one for one in listeners if str(one.port) == str(response._get_param("Port"))), None)
