"""The command documents: what Systems Manager runs on a machine, in its schema 2.2.

A document's name holds a digest of its content, so that another answer makes another document, and what a machine was given is
told by the name alone. What differs from machine to machine, or is known only later, is a parameter.
"""

import base64
import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from environments.catalogue.machines import Node, group_of, ports_of
from environments.catalogue.products import BY_KEY
from environments.provisioning import names
from environments.provisioning.installation import first_boot
from environments.provisioning.installation.packs import JMX_PORT, Pack, health_of, pack_of
from environments.provisioning.installation.settings import deployment_toml
from environments.provisioning.installation.time_servers import chrony_conf
from environments.provisioning.specification import Product, Spec

_HERE = Path(__file__).parent
_DIGEST = 10
_SECONDS = 3600
"""Patience with one installation; the service itself has ten minutes to answer."""

PARAMETERS: Mapping[str, tuple[str, str]] = {
    "Node": ("Name of the machine in this environment", "^[a-z0-9-]+$"),
    "Nodes": ("Machines of the product with their addresses: name=address, comma-separated", "^[a-z0-9.,=-]+$"),
    "Mark": ("What is installed: the same mark again is the same installation", "^[A-Za-z0-9._/-]+$"),
    "PackageBucket": ("Bucket with the packs of the products", "^[a-z0-9.-]+$"),
    "DatabaseAddress": ("Host name of the database", "^[A-Za-z0-9.-]+$"),
    "DatabasePort": ("Port of the database", "^[0-9]+$"),
    "DatabaseSecret": ("Secret of the main user, who makes the product's", "^[A-Za-z0-9:/_+=.@!-]+$"),
    "LoginSecret": (
        "Secret with the product's log-in to its databases, made by the first machine",
        "^[A-Za-z0-9/_+=.@!-]+$",
    ),
    "AdministratorsSecret": ("Secret with the administrators of the consoles", "^[A-Za-z0-9:/_+=.@!-]+$"),
    "KeystoreSecret": ("Secret with the keystore, made by the first machine", "^[A-Za-z0-9/_+=.@!-]+$"),
    "MailSecret": ("Secret with the log-in of the mail server, or empty", "^[A-Za-z0-9/_+=.@!-]*$"),
    "AgentParameter": ("Parameter with the configuration of the CloudWatch agent", "^[A-Za-z0-9/_.-]+$"),
    "ProxyParameter": ("Parameter with the way out of the agent, or empty", "^[A-Za-z0-9/_.-]*$"),
    "ForwardingParameter": ("Parameter with the forwarding of logs, or empty", "^[A-Za-z0-9/_.-]*$"),
}
"""Each with a description and the pattern of what it takes: nothing that a shell would read as more than a word."""


@dataclass(frozen=True, slots=True)
class Document:
    name: str
    content: str

    @property
    def digest(self) -> str:
        return self.name.rpartition("-")[2]


def package_bucket(spec: Spec) -> str:
    """Return the provider's bucket with the packs. Its policy lets the customers' accounts read."""
    return f"{spec.tag_prefix}-{spec.provider_account_id}-packages".lower()


def installation(spec: Spec, product: Product, node: Node) -> Document:
    """Return what installs a product on the nodes of one layer."""
    pack = pack_of(node, product.version)
    content = {
        "schemaVersion": "2.2",
        "description": f"Install {BY_KEY[product.key].name} {product.version} ({product.pattern})",
        "parameters": {
            name: {"type": "String", "description": description, "allowedPattern": pattern}
            for name, (description, pattern) in PARAMETERS.items()
        },
        "mainSteps": [
            _agent(),
            _download("pack", f"{product.key}/{product.version}/"),
            _download("common", "common/"),
            _shell("install", {**_fixed(spec, product, node, pack), **_given()}, "install.sh"),
        ],
    }
    use = f"install-{group_of(node.product, node.layer)}-{product.version}-{product.pattern}"
    return _named(spec, use, content)


def console_check(spec: Spec, product: Product) -> Document:
    """Return what asks the console of a product on its own machine."""
    known = BY_KEY[product.key]
    facts = {
        "PRODUCT_HOSTNAME": product.hostname,
        "CONSOLE_PORT": str(known.console_port),
        "CONSOLE_PATH": known.console_path,
    }
    content = {
        "schemaVersion": "2.2",
        "description": f"Ask the console of {known.name} for its HTTP status",
        "mainSteps": [_shell("console", facts, "console.sh")],
    }
    return _named(spec, f"console-{product.key}", content)


def has_console(node: Node) -> bool:
    return BY_KEY[node.product].console_port in ports_of(node.product, node.layer)


def _named(spec: Spec, use: str, content: Mapping[str, Any]) -> Document:
    text = json.dumps(content, indent=2)
    digest = hashlib.sha256(text.encode()).hexdigest()[:_DIGEST]
    return Document(names.of(spec, f"{use}-{digest}"), text)


def _fixed(spec: Spec, product: Product, node: Node, pack: Pack) -> dict[str, str]:
    """Return what is the same for all nodes of a layer, by the variable that the script reads."""
    toml = deployment_toml(product, node, pack, spec.mail)
    return {
        "REGION": spec.customer_region,
        "PRODUCT": product.key,
        "VERSION": product.version,
        "PRODUCT_HOSTNAME": product.hostname,
        "FOLDER": pack.folder,
        "START": pack.start,
        "PROFILE": f"-Dprofile={pack.profile}" if pack.profile else "",
        "CONF": pack.conf,
        "KEYSTORES": pack.keystores,
        "LIBRARIES": pack.libraries,
        "DATABASES": " ".join(f"{one.name}:{','.join(one.scripts)}" for one in pack.databases),
        "JAVA": str(pack.java),
        "HEAP_MIB": str(node.layer.size.heap_mib),
        "JMX_PORT": str(JMX_PORT),
        "HEALTH_URL": health_of(node),
        "WAY_OUT": first_boot.proxy_of(spec),
        "DIRECT": first_boot.DIRECT,
        "DEPLOYMENT_TOML": base64.b64encode(toml.encode()).decode(),
        "CHRONY_CONF": base64.b64encode(chrony_conf(spec.ntp).encode()).decode(),
    }


def _given() -> dict[str, str]:
    """Return the variables that Systems Manager fills from the parameters."""
    given = {name: f"{{{{ {name} }}}}" for name in PARAMETERS}
    return {_variable(name): value for name, value in given.items()}


def _variable(parameter: str) -> str:
    """`DatabaseAddress` is `DATABASE_ADDRESS`."""
    return "".join(f"_{letter}" if letter.isupper() else letter for letter in parameter).strip("_").upper()


def _agent() -> dict[str, Any]:
    inputs = {"name": "AmazonCloudWatchAgent", "action": "Install"}
    return {"action": "aws:configurePackage", "name": "agent", "inputs": inputs}


def _download(name: str, prefix: str) -> dict[str, Any]:
    """The agent of Systems Manager gets it with the machine's own role."""
    source = {"path": f"https://{{{{ PackageBucket }}}}.s3.amazonaws.com/{prefix}"}
    inputs = {
        "sourceType": "S3",
        "sourceInfo": json.dumps(source),
        "destinationPath": f"/var/tmp/wso2-packages/{name}/",  # noqa: S108 - on the machine, not here
    }
    return {"action": "aws:downloadContent", "name": name, "inputs": inputs}


def _shell(name: str, variables: Mapping[str, str], script: str) -> dict[str, Any]:
    """Return a step that runs a script of ours in bash, whatever the system's own shell is."""
    body = (_HERE / script).read_text().splitlines()
    commands = [
        *(f"export {key}='{value}'" for key, value in variables.items()),
        'script="$(mktemp)"',
        "cat >\"$script\" <<'END-OF-SCRIPT'",
        *body,
        "END-OF-SCRIPT",
        'bash "$script" </dev/null',
    ]
    inputs = {"timeoutSeconds": str(_SECONDS), "runCommand": commands}
    return {"action": "aws:runShellScript", "name": name, "inputs": inputs}
