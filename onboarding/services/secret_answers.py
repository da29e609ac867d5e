"""Secret answers: sealed when saved, kept when left blank, masked wherever they are shown."""

from collections.abc import Mapping
from typing import Any

from onboarding.models import Section
from onboarding.sections.definition import SectionDefinition
from portal.core import clock
from portal.vault import services as vault

_MASK = "••••"
_SHORTEST_WITH_ENDS = 12


def seal(section: Section, definition: SectionDefinition, answers: dict[str, Any]) -> dict[str, Any]:
    """Return the answers with every new secret sealed. A blank one, or a reference, means what is stored already."""
    kept = {key: value for key, value in answers.items() if key not in definition.secrets}
    for key in definition.secrets:
        given = answers.get(key)
        if isinstance(given, str):
            kept[key] = _sealed(section, key, given)
        elif key in section.answers:
            kept[key] = section.answers[key]
    return kept


def _sealed(section: Section, key: str, plaintext: str) -> dict[str, str]:
    secret = vault.seal(plaintext, customer=section.customer, purpose=f"intake {section.key}.{key}")
    ends = plaintext[-2:] if len(plaintext) >= _SHORTEST_WITH_ENDS else ""
    return {"secret": secret.pk, "set_at": clock.now().isoformat(timespec="seconds"), "ends": ends}


def masked(definition: SectionDefinition, answers: Mapping[str, Any]) -> dict[str, Any]:
    """Return the answers as the audit record may hold them."""
    return {
        key: f"{_MASK} set {value['set_at']}" if key in definition.secrets and isinstance(value, Mapping) else value
        for key, value in answers.items()
    }
