"""Machines and databases that the products run on: nodes of each deployment pattern, their size, images and the database.

Sources, read on 2026-11-24:
- Memory, processors and disk: https://apim.docs.wso2.com/en/latest/install-and-setup/install/installation-prerequisites/
  (two cores, 4 GB of which 2 GB for the JVM, 10 GB of disk at least; four cores for high load). We give twice the memory.
- Operating systems and databases that the products are tested with: https://apim.docs.wso2.com/en/4.5.0/install-and-setup/setup/
  reference/product-compatibility/ (Ubuntu 22.04, RHEL 9; PostgreSQL 16.2 and 17).
- What is apart in a distributed deployment: https://apim.docs.wso2.com/en/4.5.0/install-and-setup/setup/
  distributed-deployment/ (API control plane, gateway, key manager).
- Owners of images: Canonical, https://documentation.ubuntu.com/aws/aws-how-to/instances/find-ubuntu-images/; Red Hat,
  https://access.redhat.com/solutions/15356.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from environments.catalogue import products as catalogue

AS_OF = "2026-11-24"


@dataclass(frozen=True, slots=True)
class Size:
    """A machine: its EC2 type and virtual processors, its disks in GiB, and the JVM heap of the product on it in MiB."""

    instance_type: str = "m6i.large"
    vcpus: int = 2
    root_gib: int = 30
    data_gib: int = 50
    heap_mib: int = 4096


@dataclass(frozen=True, slots=True)
class Layer:
    """Nodes that do the same work. `ports`: those that they answer customers on, empty for all of the product's."""

    key: str = ""
    nodes: int = 1
    ports: tuple[int, ...] = ()
    size: Size = Size()


@dataclass(frozen=True, slots=True)
class Node:
    """One machine of a product. `zone` is 0 or 1: the first or the second of the environment's two."""

    name: str
    product: str
    layer: Layer
    zone: int
    system: str


@dataclass(frozen=True, slots=True)
class Image:
    """Where the images of an operating system are found: its publisher's account and the pattern of their names."""

    name: str
    owner: str
    pattern: str
    root_device: str = "/dev/sda1"
    first_boot: str = ""
    """A shell script for what the image lacks. Canonical's images have the Systems Manager agent, Red Hat's have not."""


@dataclass(frozen=True, slots=True)
class Database:
    """A managed database. `settings` are its parameters, as RDS names them."""

    engine: str
    version: str
    family: str
    port: int
    instance_class: str
    size_gib: int
    settings: tuple[tuple[str, str], ...]


_LAYERS: dict[str, tuple[Layer, ...]] = {
    "single": (Layer(),),
    "ha": (Layer(nodes=2),),
    "distributed": (Layer(nodes=2),),
}
_APART: dict[str, tuple[Layer, ...]] = {
    "api-manager": (
        Layer("control-plane", 2, ports=(9443,)),
        Layer("gateway", 2, ports=(8243, 9099)),
        Layer("key-manager", 2, ports=()),
    ),
}
"""Products that a distributed deployment takes apart; the others run as several equal nodes."""

_SERVES_NOBODY = frozenset({"key-manager"})

_AGENT = "amazon-ssm-agent"
IMAGES: dict[str, Image] = {
    "ubuntu": Image("Ubuntu 22.04 LTS", "099720109477", "ubuntu/images/hvm-ssd*/ubuntu-jammy-22.04-amd64-server-*"),
    "red_hat": Image(
        "Red Hat Enterprise Linux 9",
        "309956199498",
        "RHEL-9.*_HVM-*-x86_64-*-Hourly2-GP3",
        first_boot=(
            "#!/bin/sh\n"
            f"dnf install -y https://s3.amazonaws.com/ec2-downloads-linux/SSMAgent/latest/linux_amd64/{_AGENT}.rpm\n"
            f"systemctl enable --now {_AGENT}\n"
        ),
    ),
}

_SETTINGS = (("log_connections", "1"), ("log_disconnections", "1"), ("rds.force_ssl", "1"))
_PRODUCTION = Database("postgres", "16", "postgres16", 5432, "db.m6i.large", 100, _SETTINGS)
_NON_PRODUCTION = Database("postgres", "16", "postgres16", 5432, "db.t4g.medium", 50, _SETTINGS)


def database(*, production: bool) -> Database:
    return _PRODUCTION if production else _NON_PRODUCTION


def layers(product: str, pattern: str) -> tuple[Layer, ...]:
    """Return the layers of a product in a deployment pattern."""
    return _APART.get(product, _LAYERS[pattern]) if pattern == "distributed" else _LAYERS[pattern]


def ports_of(product: str, layer: Layer) -> tuple[int, ...]:
    """Return the ports on which a layer answers customers."""
    if layer.key in _SERVES_NOBODY:
        return ()
    return layer.ports or tuple(port.number for port in catalogue.BY_KEY[product].ports if port.to_customer)


def group_of(product: str, layer: Layer) -> str:
    """Return the name of the nodes of a layer together: `api-manager-gateway`, or the product's own where it has one layer."""
    return f"{product}-{layer.key}" if layer.key else product


def nodes(products: Sequence[tuple[str, str]], systems: Sequence[str]) -> Iterator[Node]:
    """Yield the nodes of these products, each given with its pattern. Neighbours of a layer stand in different zones.

    Where a customer wants both operating systems, the products take turns, so that all nodes of one product are alike.
    """
    for position, (product, pattern) in enumerate(products):
        system = systems[position % len(systems)]
        for layer in layers(product, pattern):
            for number in range(layer.nodes):
                yield Node(f"{group_of(product, layer)}-{number + 1}", product, layer, number % 2, system)
