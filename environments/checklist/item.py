"""One item of the checklist, and the groups that items stand in."""

from collections.abc import Callable
from dataclasses import dataclass

from environments.checklist import conditions
from environments.models import Environment
from environments.provisioning.specification import Spec
from environments.states import ItemKind, Owner

NETWORK, NAMES, MAIL, LOGS, PRODUCTS, MONITORING, CUSTOMER = (
    "Network",
    "Names",
    "Mail",
    "Logs and audit",
    "Products",
    "Monitoring and backup",
    "With the customer",
)


@dataclass(frozen=True, slots=True)
class Item:
    """One thing that must be true. `steps`: what an automatic item is computed from. `help`: what a signature says."""

    key: str
    title: str
    group: str
    owner: Owner = Owner.PROVIDER
    steps: tuple[str, ...] = ()
    applies: Callable[[Environment, Spec], bool] = conditions.always
    help: str = ""
    rows: tuple[str, ...] = ()

    @property
    def kind(self) -> ItemKind:
        return ItemKind.AUTOMATIC if self.steps else ItemKind.MANUAL
