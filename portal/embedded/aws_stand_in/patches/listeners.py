"""Listeners: one that is changed may end TLS, and a target group knows which load balancers use it by now."""

from typing import Any

from moto.elbv2.models import ELBv2Backend


def install() -> None:
    _change_to_tls()
    _tell_who_uses_a_group()


def _change_to_tls() -> None:
    modify = ELBv2Backend.modify_listener

    def modify_listener(
        self: Any,
        arn: str,
        port: Any = None,
        protocol: Any = None,
        ssl_policy: Any = None,
        certificates: Any = None,
        actions: Any = None,
    ) -> Any:
        if protocol != "TLS":
            return modify(self, arn, port, protocol, ssl_policy, certificates, actions)
        listener = modify(self, arn, port, "TCP", ssl_policy, None, actions)
        listener.protocol = protocol
        listener.certificates = [one["CertificateArn"] for one in certificates or []]
        listener.certificate = next(iter(listener.certificates), None)
        return listener

    ELBv2Backend.modify_listener = modify_listener


def _tell_who_uses_a_group() -> None:
    describe = ELBv2Backend.describe_target_groups

    def describe_target_groups(self: Any, *given: Any, **more: Any) -> Any:
        for group in self.target_groups.values():
            group.load_balancer_arns = [
                balancer.arn
                for balancer in self.load_balancers.values()
                for listener in balancer.listeners.values()
                if any(
                    group.arn in self._get_target_group_arns_from(action.data) for action in listener.default_actions
                )
            ]
        return describe(self, *given, **more)

    ELBv2Backend.describe_target_groups = describe_target_groups
