"""What a hand-over holds: the frozen picture that two people release, and the credentials that the release makes."""

import hashlib
import json
import secrets
import string
from typing import Any, TypedDict

from environments.catalogue.products import BY_KEY
from environments.models import Environment, ProductDeployment
from portal.accounts.models import User

USER_NAME = "admin"
_PASSWORD_LENGTH = 28
_LETTERS = string.ascii_letters + string.digits


class Credential(TypedDict):
    product: str
    url: str
    user_name: str
    password: str


def freeze(environment: Environment, *, recipient: User) -> dict[str, Any]:
    """Return checklist, recipient and URLs as they are now, read from their rows."""
    items = environment.checklist_items.order_by("position", "key")
    return {
        "checklist": [
            {
                "key": item.key,
                "title": item.title,
                "state": item.state,
                "changed_at": item.changed_at.isoformat() if item.changed_at else None,
                "signed_by": item.signed_by_id,
                "note": item.note,
            }
            for item in items
        ],
        "recipient": {"id": recipient.pk, "name": recipient.full_name, "email": recipient.email},
        "urls": [{"product": str(product), "url": console_url(product)} for product in _products(environment)],
    }


def digest_of(frozen: dict[str, Any]) -> str:
    canonical = json.dumps(frozen, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return hashlib.sha256(canonical.encode()).hexdigest()


def mint(environment: Environment) -> str:
    """Return fresh administrator credentials of every product, as the JSON text that is sealed.

    28 letters and digits hold 166 bits. Made at release and not before, so that nothing waits about unreleased.
    """
    made: list[Credential] = [
        {
            "product": str(product),
            "url": console_url(product),
            "user_name": USER_NAME,
            "password": "".join(secrets.choice(_LETTERS) for _ in range(_PASSWORD_LENGTH)),
        }
        for product in _products(environment)
    ]
    return json.dumps(made)


def console_url(deployment: ProductDeployment) -> str:
    product = BY_KEY.get(deployment.product)
    if product is None:
        return f"https://{deployment.hostname}/"
    return f"https://{deployment.hostname}:{product.console_port}{product.console_path}"


def _products(environment: Environment) -> list[ProductDeployment]:
    return list(environment.product_deployments.order_by("product"))
