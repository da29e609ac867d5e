"""What a hand-over holds: the frozen picture that two people release, and the credentials that the release seals."""

import hashlib
import json
import secrets
import string
from typing import Any, TypedDict

from environments.catalogue.products import BY_KEY
from environments.models import Environment, ProductDeployment
from environments.services import administrators as provisioned
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


def credentials(environment: Environment, *, by: User) -> str:
    """Return the administrator credentials of every product, as the JSON text that is sealed for the recipient.

    Those that provisioning gave to a product are its own, so they are handed over. A product without gets fresh ones. Raises
    `VaultError` where what is sealed cannot be opened: another password than the product knows would be of no use.
    """
    known = provisioned.administrators(environment, by=by)
    return json.dumps([_credential(product, known.get(product.product)) for product in _products(environment)])


def _credential(deployment: ProductDeployment, known: dict[str, str] | None) -> Credential:
    account = known or {"user_name": USER_NAME, "password": _fresh_password()}
    return {
        "product": str(deployment),
        "url": console_url(deployment),
        "user_name": account["user_name"],
        "password": account["password"],
    }


def _fresh_password() -> str:
    """28 letters and digits hold 166 bits."""
    return "".join(secrets.choice(_LETTERS) for _ in range(_PASSWORD_LENGTH))


def console_url(deployment: ProductDeployment) -> str:
    product = BY_KEY.get(deployment.product)
    if product is None:
        return f"https://{deployment.hostname}/"
    return f"https://{deployment.hostname}:{product.console_port}{product.console_path}"


def _products(environment: Environment) -> list[ProductDeployment]:
    return list(environment.product_deployments.order_by("product"))
