"""Products the provider hosts: versions, deployment patterns and ports.

Sources, read on 2026-11-24, all for port offset 0:
- API Manager: https://apim.docs.wso2.com/en/4.2.0/install-and-setup/setup/reference/default-product-ports/
- Common to Carbon products (Identity Server): https://apim.docs.wso2.com/en/3.1.0/install-and-setup/setup/reference/
  default-product-ports/
- Micro Integrator, its own offset of 10 included: https://mi.docs.wso2.com/en/latest/install-and-setup/setup/
  deployment-best-practices/changing-the-default-ports-with-offset/
"""

from dataclasses import dataclass

AS_OF = "2026-11-24"


@dataclass(frozen=True, slots=True)
class Port:
    number: int
    protocol: str
    purpose: str
    to_customer: bool = True
    """True where the customer's side connects to it: the firewall of the customer must let it through."""
    between_nodes: bool = False
    """True where the nodes of an environment connect to each other on it."""


@dataclass(frozen=True, slots=True)
class Pattern:
    key: str
    name: str
    consequence: str


@dataclass(frozen=True, slots=True)
class Product:
    key: str
    name: str
    short: str
    """The first label of its host name."""
    versions: tuple[str, ...]
    """Newest first."""
    ports: tuple[Port, ...]
    console_port: int
    console_path: str
    offset: int = 0
    """What is added to the port numbers of its manual; `ports` has it in."""


PATTERNS: tuple[Pattern, ...] = (
    Pattern("single", "Single node", "One machine. A restart or an upgrade interrupts the service."),
    Pattern("ha", "High availability", "Two machines in two zones. One may fail without interruption."),
    Pattern("distributed", "Distributed", "Gateway, control plane and key manager apart. Each scales by itself."),
)

_CARBON = (
    Port(9443, "tcp", "HTTPS of the console and the management APIs"),
    Port(9763, "tcp", "HTTP of the servlet transport", to_customer=False),
)

PRODUCTS: tuple[Product, ...] = (
    Product(
        key="api-manager",
        name="API Manager",
        short="am",
        versions=("4.5.0", "4.4.0", "4.3.0", "4.2.0"),
        ports=(
            *_CARBON,
            Port(8243, "tcp", "HTTPS of the API gateway"),
            Port(8280, "tcp", "HTTP of the API gateway", to_customer=False),
            Port(9099, "tcp", "WebSocket APIs"),
            Port(9611, "tcp", "Throttling events between nodes", to_customer=False, between_nodes=True),
            Port(9711, "tcp", "Throttling events between nodes, TLS", to_customer=False, between_nodes=True),
            Port(5672, "tcp", "Message broker between nodes", to_customer=False, between_nodes=True),
        ),
        console_port=9443,
        console_path="/carbon",
    ),
    Product(
        key="identity-server",
        name="Identity Server",
        short="is",
        versions=("7.1.0", "7.0.0", "6.1.0"),
        ports=(*_CARBON, Port(4000, "tcp", "Clustering between nodes", to_customer=False, between_nodes=True)),
        console_port=9443,
        console_path="/console",
    ),
    Product(
        key="micro-integrator",
        name="Micro Integrator",
        short="mi",
        versions=("4.4.0", "4.3.0", "4.2.0"),
        ports=(
            Port(8253, "tcp", "HTTPS of integrations"),
            Port(8290, "tcp", "HTTP of integrations", to_customer=False),
            Port(9164, "tcp", "HTTPS of the management API"),
        ),
        console_port=9164,
        console_path="/management",
        offset=10,
    ),
)

BY_KEY: dict[str, Product] = {product.key: product for product in PRODUCTS}
PATTERNS_BY_KEY: dict[str, Pattern] = {pattern.key: pattern for pattern in PATTERNS}
