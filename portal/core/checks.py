"""What must hold before the portal serves anybody. An error stops the web process, the worker and most commands."""

from typing import Any

from django.conf import settings
from django.core.checks import CheckMessage, Error, Tags, register, run_checks
from django.core.exceptions import ImproperlyConfigured

_SHORTEST_KEY = 50
_FEWEST_DIFFERENT = 10


@register(Tags.security)
def secret_key(app_configs: Any, **_: Any) -> list[CheckMessage]:
    """The key signs sessions and the audit chain; with DEBUG off it has to be long and random."""
    key = _key()
    if settings.DEBUG or (len(key) >= _SHORTEST_KEY and len(set(key)) >= _FEWEST_DIFFERENT):
        return []
    return [
        Error(
            "SECRET_KEY is missing or too weak to serve with DEBUG off.",
            hint=f"Set SECRET_KEY (or SECRET_KEY_FILE) to {_SHORTEST_KEY} random characters or more.",
            id="portal.E001",
        )
    ]


@register(Tags.security)
def allowed_hosts(app_configs: Any, **_: Any) -> list[CheckMessage]:
    """A wildcard would let a forged Host header into links that are mailed out."""
    if settings.DEBUG or "*" not in settings.ALLOWED_HOSTS:
        return []
    hint = "Name the hosts, comma-separated."
    return [Error("ALLOWED_HOSTS allows every host with DEBUG off.", hint=hint, id="portal.E002")]


@register(Tags.security)
def vault(app_configs: Any, **_: Any) -> list[CheckMessage]:
    """A vault that cannot open is noticed at the start, not at the first secret."""
    kinds = {"file": settings.VAULT_KEY_DIR, "kms": settings.VAULT_KMS_KEY_ID}
    if kinds.get(settings.VAULT_PROVIDER):
        return []
    hint = "VAULT_PROVIDER is file, or kms together with VAULT_KMS_KEY_ID."
    return [Error("The settings name no master key for the vault.", hint=hint, id="portal.E003")]


def refuse_to_start_unsafe() -> None:
    """Raise `ImproperlyConfigured` with every error: a WSGI server runs no checks by itself."""
    errors = [message for message in run_checks(tags=[Tags.security]) if message.is_serious()]
    if errors:
        raise ImproperlyConfigured("\n".join(str(error) for error in errors))


def _key() -> str:
    try:
        return settings.SECRET_KEY
    except ImproperlyConfigured:
        return ""
