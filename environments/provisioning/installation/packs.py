"""What is known of each product's pack: its file, how it starts, and which databases it wants.

The packs, the driver of PostgreSQL and the command line tool of AWS are in the provider's package bucket, as
`<product>/<version>/` and `common/`. Sources, read on 2026-11-24: https://apim.docs.wso2.com/en/4.5.0/install-and-setup/,
https://is.docs.wso2.com/en/7.1.0/deploy/ and https://mi.docs.wso2.com/en/latest/install-and-setup/ (databases and their
scripts, start scripts, JDKs that each version is tested with). Health, read on 2026-11-28: "Basic health checks" of API Manager
and of Micro Integrator, "Monitor server health" of Identity Server.
"""

from dataclasses import dataclass

from environments.catalogue.machines import Node

JMX_PORT = 9010
"""Where the JVM of a product tells its heap, to its own machine only."""


@dataclass(frozen=True, slots=True)
class Database:
    """A database of a product: how deployment.toml calls it, its name in PostgreSQL, and what makes its tables, in order."""

    section: str
    name: str
    scripts: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Pack:
    """`folder`: the directory in the pack, which is also its file's name. `start`: what runs it in the foreground, within the
    folder. `conf`, `keystores`: where deployment.toml and the keystores are."""

    folder: str
    start: str
    conf: str = "repository/conf"
    keystores: str = "repository/resources/security"
    libraries: str = "repository/components/lib"
    databases: tuple[Database, ...] = ()
    profile: str = ""
    java: int = 17


_SERVES = "https://localhost:9443/services/Version"
_HEALTH: dict[tuple[str, str], str] = {
    ("api-manager", "gateway"): "https://localhost:9443/api/am/gateway/v2/server-startup-healthcheck",
    ("identity-server", ""): "https://localhost:9443/api/health-check/v1.0/health",
    ("micro-integrator", ""): "http://localhost:9201/liveness",
}
"""What answers on a layer once it serves, and with an error before: of a gateway when its APIs are deployed too. Of the others
it is the service of API Manager that tells its version."""


def health_of(node: Node) -> str:
    """Return the address on its own machine where a node says that it serves."""
    return _HEALTH.get((node.product, node.layer.key), _SERVES)


_SHARED = ("dbscripts/postgresql.sql",)
_API_MANAGER = (
    Database("apim_db", "am_apim", ("dbscripts/apimgt/postgresql.sql",)),
    Database("shared_db", "am_shared", _SHARED),
)
_IDENTITY_SERVER = (
    Database(
        "identity_db",
        "is_identity",
        ("dbscripts/identity/postgresql.sql", "dbscripts/consent/postgresql.sql"),
    ),
    Database("shared_db", "is_shared", _SHARED),
)
_COORDINATION = (Database("WSO2_COORDINATION_DB", "mi_cluster", ("dbscripts/postgresql/postgresql_cluster.sql",)),)

_PROFILES = {"control-plane": "control-plane", "gateway": "gateway-worker", "key-manager": "control-plane"}
"""A key manager is a control plane that only issues tokens."""

_APART = {
    "control-plane": ("wso2am-acp", "bin/api-cp.sh"),
    "gateway": ("wso2am-universal-gw", "bin/gateway.sh"),
    "key-manager": ("wso2am-acp", "bin/api-cp.sh"),
}
"""Since 4.5 each part of API Manager has its own pack; before, one pack has a profile for each part."""


def pack_of(node: Node, version: str) -> Pack:
    """Return the pack that a node of this version runs."""
    if node.product == "api-manager":
        return _api_manager(node.layer.key, version)
    if node.product == "identity-server":
        java = 11 if version.startswith("6.") else 17
        return Pack(f"wso2is-{version}", "bin/wso2server.sh", databases=_IDENTITY_SERVER, java=java)
    databases = _COORDINATION if node.layer.nodes > 1 else ()
    return Pack(f"wso2mi-{version}", "bin/micro-integrator.sh", "conf", libraries="lib", databases=databases)


def _api_manager(layer: str, version: str) -> Pack:
    if layer and _numbers(version) >= (4, 5):
        pack, start = _APART[layer]
        return Pack(f"{pack}-{version}", start, databases=_API_MANAGER)
    return Pack(f"wso2am-{version}", "bin/api-manager.sh", databases=_API_MANAGER, profile=_PROFILES.get(layer, ""))


def _numbers(version: str) -> tuple[int, ...]:
    return tuple(int(part) for part in version.split("."))
