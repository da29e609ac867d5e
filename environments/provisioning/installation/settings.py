"""A product's deployment.toml. What a machine finds out by itself, secrets above all, is there by the name of a variable, which
the product reads from its environment when it starts (`$env{...}`).

Sources, read on 2026-11-24: the configuration catalogues of the products, and "Configuring an active-active deployment" and
"Distributed deployment" of API Manager: https://apim.docs.wso2.com/en/4.5.0/reference/config-catalog/. Mail, read on
2026-11-28: https://is.docs.wso2.com/en/7.1.0/guides/notification-channels/configure-email-provider/, "Enabling notifications"
and "Identity management for the developer portal" of API Manager, "Configuring the MailTo transport" of Micro Integrator.
"""

from collections.abc import Iterable, Mapping

from environments.catalogue.machines import Node, layers, nodes
from environments.provisioning.installation.packs import Database, Pack
from environments.provisioning.specification import Mail, Product

KEYSTORE = "environment.p12"
_DRIVER = "org.postgresql.Driver"
_NO_MAIL = Mail()

Section = tuple[str, Mapping[str, object]]


def deployment_toml(product: Product, node: Node, pack: Pack, mail: Mail = _NO_MAIL) -> str:
    """Return the settings of one layer of a product; every node of it has the same."""
    sections = [_server(product, node), *_keystores(product.key), *_administrator(product.key)]
    sections += [_database(product.key, database) for database in pack.databases]
    sections += _nodes_together(product, node)
    if sends_mail(node, mail):
        sections += _mail(product.key, mail)
    return "\n".join(_written(*section) for section in sections)


def address_of(node: str) -> str:
    """Return the variable that holds the address of a node."""
    return f"ADDRESS_{node}".upper().replace("-", "_")


def _server(product: Product, node: Node) -> Section:
    return "[server]", {"hostname": product.hostname, "node_ip": "$env{NODE_ADDRESS}"}


def _keystores(product: str) -> Iterable[Section]:
    """Name the keystore of the environment: the pack's own has a key that everybody knows."""
    uses = ("primary",) if product == "micro-integrator" else ("primary", "internal", "tls")
    settings = {
        "file_name": KEYSTORE,
        "type": "PKCS12",
        "password": "$env{KEYSTORE_PASSWORD}",
        "alias": "environment",
        "key_password": "$env{KEYSTORE_PASSWORD}",
    }
    for use in uses:
        yield f"[keystore.{use}]", settings
    if product == "identity-server":
        yield "[encryption]", {"key": "$env{ENCRYPTION_KEY}"}


def _administrator(product: str) -> Iterable[Section]:
    name, password = "$env{ADMINISTRATOR_NAME}", "$env{ADMINISTRATOR_PASSWORD}"
    if product == "micro-integrator":
        yield "[[internal_apis.users]]", {"user.name": name, "user.password": password, "user.is_admin": True}
        return
    yield "[super_admin]", {"username": name, "password": password, "create_admin_account": True}
    yield "[user_store]", {"type": "database_unique_id"}


def _database(product: str, database: Database) -> Section:
    where = f"jdbc:postgresql://$env{{DATABASE_ADDRESS}}:$env{{DATABASE_PORT}}/{database.name}?sslmode=require"
    settings = {
        "url": where,
        "username": "$env{DATABASE_USER}",
        "password": "$env{DATABASE_PASSWORD}",
        "driver": _DRIVER,
    }
    if product == "micro-integrator":
        return "[[datasource]]", {"id": database.section, **settings}
    return f"[database.{database.section}]", {"type": "postgre", **settings}


def sends_mail(node: Node, mail: Mail) -> bool:
    """Return whether a node has the log-in of the customer's mail server. Gateways send no mail, and the products' manuals know
    STARTTLS only, no TLS from the start."""
    return mail.choice == "own" and mail.encryption == "starttls" and node.layer.key != "gateway"


def _mail(product: str, mail: Mail) -> Iterable[Section]:
    """Yield how a product hands in its mail."""
    login = {"username": "$env{MAIL_USER}", "password": "$env{MAIL_PASSWORD}"}
    if product == "micro-integrator":
        given = {
            "hostname": mail.host,
            "port": mail.port,
            "enable_tls": True,
            "auth": True,
            **login,
            "from": mail.sender,
        }
        parameters = {f"parameter.{key}": value for key, value in given.items()}
        yield "[[transport.mail.sender]]", {"name": "mailto", **parameters}
        return
    server = {
        "from_address": mail.sender,
        "hostname": mail.host,
        "port": mail.port,
        "enable_start_tls": True,
        "enable_authentication": True,
    }
    yield "[output_adapter.email]", {**server, **login}
    if product == "api-manager":
        yield "[apim.notification]", {**server, **login}


def _nodes_together(product: Product, node: Node) -> Iterable[Section]:
    """Yield what nodes need to know of each other."""
    if product.pattern == "single":
        return
    if product.key == "api-manager":
        yield from _traffic(product)
    elif product.key == "identity-server":
        yield (
            "[clustering]",
            {
                "membership_scheme": "wka",
                "local_member_host": "$env{NODE_ADDRESS}",
                "local_member_port": "4000",
                "members": [f"$env{{{address}}}:4000" for address in _addresses(product, "")],
            },
        )


def _traffic(product: Product) -> Iterable[Section]:
    """Yield where an API Manager's nodes tell each other their events: the control planes, or all of its equal nodes."""
    layer = "control-plane" if len(layers(product.key, product.pattern)) > 1 else ""
    hubs = [f"$env{{{address}}}" for address in _addresses(product, layer)]
    events = [f"tcp://{hub}:5672" for hub in hubs]
    yield (
        "[apim.event_hub]",
        {
            "enable": True,
            "username": "$ref{super_admin.username}",
            "password": "$ref{super_admin.password}",
            "service_url": f"https://{hubs[0]}:9443/services/",
            "event_listening_endpoints": events,
            "event_duplicate_url": ["tcp://$env{PEER_ADDRESS}:5672"],
        },
    )
    yield "[apim.throttling]", {"throttle_decision_endpoints": events}
    for hub in hubs:
        yield (
            "[[apim.event_hub.publish.url_group]]",
            {"urls": [f"tcp://{hub}:9611"], "auth_urls": [f"ssl://{hub}:9711"]},
        )
    if layer:
        manager = f"$env{{{_addresses(product, 'key-manager')[0]}}}"
        yield "[apim.key_manager]", {"service_url": f"https://{manager}:9443/services/"}


def _addresses(product: Product, layer: str) -> list[str]:
    """Return the variables with the addresses of a layer's nodes."""
    every = nodes([(product.key, product.pattern)], ("any",))
    return [address_of(node.name) for node in every if node.layer.key == layer]


def _written(heading: str, settings: Mapping[str, object]) -> str:
    return "\n".join((heading, *(f"{key} = {_value(value)}" for key, value in settings.items()), ""))


def _value(value: object) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, list):
        return f"[{', '.join(map(_value, value))}]"
    return f'"{value}"'
