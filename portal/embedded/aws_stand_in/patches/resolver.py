"""Route 53 Resolver: a forwarding rule can be given other servers, which moto cannot."""

import json
from typing import Any

from moto.route53resolver.exceptions import ResourceNotFoundException
from moto.route53resolver.responses import Route53ResolverResponse


def install() -> None:
    Route53ResolverResponse.update_resolver_rule = _update


def _update(self: Any) -> str:
    identifier, config = self._get_param("ResolverRuleId"), self._get_param("Config")
    rule = self.route53resolver_backend.resolver_rules.get(identifier)
    if rule is None:
        raise ResourceNotFoundException(f"Resolver rule with ID '{identifier}' does not exist")
    rule.name = config.get("Name", rule.name)
    rule.target_ips = config.get("TargetIps", rule.target_ips)
    rule.resolver_endpoint_id = config.get("ResolverEndpointId", rule.resolver_endpoint_id)
    return json.dumps({"ResolverRule": rule.description()})
