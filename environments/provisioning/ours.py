"""Of what AWS can make twice and has no name of its own for: the one that carries an environment's tags."""

from collections.abc import Iterable, Mapping
from typing import Any

from environments.provisioning import names
from environments.provisioning.step import StepRefused


def the_one(rows: Iterable[Mapping[str, Any]], mark: Mapping[str, str], id_key: str) -> Mapping[str, Any] | None:
    """Return the row that carries these tags, None without one. Raises `StepRefused` where several do."""
    found = [row for row in rows if names.carries(row.get("Tags"), mark)]
    if len(found) > 1:
        ids = ", ".join(sorted(str(row[id_key]) for row in found))
        raise StepRefused(
            f"More than one resource carries the tags of this step and environment: {ids}.",
            remedy="Delete those that are not in use, then retry this step.",
            code="several",
        )
    return found[0] if found else None
