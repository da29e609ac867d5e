"""What must be true of an environment before its hand-over, as data.

An automatic item is true when the named steps of the latest run are ready and nothing since has been seen to differ; a manual
one when a named person of the owner's side signs it. `rows` are the statements of the provider's process that it comes from
(docs/glossary.md).
"""

from environments.checklist.item import CUSTOMER, LOGS, MAIL, MONITORING, NAMES, NETWORK, PRODUCTS, Item
from environments.checklist.items import BY_KEY, ITEMS

__all__ = [
    "BY_KEY",
    "CUSTOMER",
    "ITEMS",
    "LOGS",
    "MAIL",
    "MONITORING",
    "NAMES",
    "NETWORK",
    "PRODUCTS",
    "Item",
]
