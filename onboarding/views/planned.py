"""The network as the answers describe it, before anything of it stands."""

from collections.abc import Iterable, Mapping
from typing import Any

from django.conf import settings

from environments.catalogue.regions import REGIONS

SECTIONS = ("remote_access", "data_centre")
"""The sections whose answers the drawing shows."""

_PLANNED = "planned"
_CONNECTIONS = {"vpn": "VPN", "direct_connect": "Direct Connect"}


def topology(answers: Mapping[str, Mapping[str, Any]]) -> dict[str, list[dict[str, str]]]:
    """Return nodes and edges for the drawing. `answers` are drafts: whatever is not said yet is not drawn."""
    rows, line = answers.get("remote_access", {}).get("environments", []), answers.get("data_centre", {})
    environments = [row for row in rows if isinstance(row, Mapping)]
    kind = _CONNECTIONS.get(line.get("choice", ""), "")
    nodes = [_hub(), *_vpcs(environments)]
    edges = [_edge(f"vpc{index}", "hub", "Peering") for index, _ in enumerate(environments)]
    if kind:
        nodes += [
            {"id": "site", "label": "Your data centre", "detail": "", "lane": "data_centre"},
            {"id": "gateway", "label": kind, "detail": str(line.get("gateway_ip", "")), "lane": "gateway"},
        ]
        edges += [_edge("site", "gateway", kind)]
        edges += [_edge("gateway", f"vpc{index}", "Route") for index, _ in enumerate(environments)]
    return {"nodes": nodes, "edges": edges}


def _hub() -> dict[str, str]:
    detail = f"{settings.PROVIDER_VPC_CIDR}, {settings.PROVIDER_REGION}"
    return {"id": "hub", "label": settings.PROVIDER_NAME, "detail": detail, "lane": "provider"}


def _vpcs(environments: list[Mapping[str, Any]]) -> Iterable[dict[str, str]]:
    for index, row in enumerate(environments):
        blocks = ", ".join(row.get("cidr_blocks", []))
        detail = blocks or str(row.get("vpc_id") or REGIONS.get(row.get("region", ""), ""))
        label = str(row.get("name") or f"Environment {index + 1}")
        yield {"id": f"vpc{index}", "label": label, "detail": detail, "lane": "customer"}


def _edge(source: str, target: str, label: str) -> dict[str, str]:
    return {"from": source, "to": target, "label": label, "status": _PLANNED}
