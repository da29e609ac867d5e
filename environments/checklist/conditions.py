"""Of which environments an item must be true. Non-production is neither monitored nor backed up (S41)."""

from environments.models import Environment
from environments.provisioning.specification import Spec


def always(environment: Environment, spec: Spec) -> bool:
    return True


def production(environment: Environment, spec: Spec) -> bool:
    return environment.is_production


def route53(environment: Environment, spec: Spec) -> bool:
    return bool(spec.zone)


def own_dns(environment: Environment, spec: Spec) -> bool:
    return not spec.zone


def own_dns_forwarded(environment: Environment, spec: Spec) -> bool:
    return own_dns(environment, spec) and bool(spec.dns.servers)


def ses(environment: Environment, spec: Spec) -> bool:
    return spec.mail.choice == "ses"


def own_mail_server(environment: Environment, spec: Spec) -> bool:
    return spec.mail.choice == "own"


def forwarding(environment: Environment, spec: Spec) -> bool:
    return spec.logs.forward and bool(spec.logs.host)


def disaster_recovery(environment: Environment, spec: Spec) -> bool:
    return spec.recovers_elsewhere


def vpn(environment: Environment, spec: Spec) -> bool:
    return spec.data_centre.choice == "vpn"


def direct_connect(environment: Environment, spec: Spec) -> bool:
    return spec.data_centre.choice == "direct_connect"


def several_nodes(environment: Environment, spec: Spec) -> bool:
    return any(product.pattern != "single" for product in spec.products)


def public_domain(environment: Environment, spec: Spec) -> bool:
    return bool(spec.domain) and several_nodes(environment, spec)
