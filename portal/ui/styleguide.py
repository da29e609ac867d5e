"""Examples for the style guide: one of every component, in every state."""

from datetime import timedelta
from types import SimpleNamespace
from typing import Any

from django import forms

from portal.core import clock
from portal.core.errors import FieldProblem
from portal.ui import markup, statuses

_TOKENS = ("canvas", "surface", "raised", "sunken", "line", "control", "ink", "ink-2", "ink-3", "accent", "focus")


class ExampleForm(forms.Form):
    account_id = forms.CharField(label="AWS account ID", help_text="12 digits, at the top right of the console")
    region = forms.ChoiceField(label="Region", choices=[("eu-west-1", "eu-west-1 Ireland"), ("us-east-1", "us-east-1")])
    service = forms.ChoiceField(
        label="DNS service",
        widget=forms.RadioSelect,
        choices=[("route53", "Amazon Route 53"), ("own", "Our own DNS server")],
    )
    note = forms.CharField(label="Note", widget=forms.Textarea(attrs={"rows": 3}), required=False)
    agreed = forms.BooleanField(label="We may restart servers in this window", required=False)


class _Person:
    initials = "NP"

    def __str__(self) -> str:
        return "Nadia Perera"


def context() -> dict[str, Any]:
    """Return what the style guide shows."""
    return {
        "tokens": _TOKENS,
        "hues": statuses.HUES,
        "looks": sorted(statuses.LOOKS, key=lambda state: statuses.HUES.index(statuses.LOOKS[state].hue)),
        "icons": sorted(file.stem for file in markup.ICONS.glob("*.svg")),
        "form": ExampleForm(initial={"region": "eu-west-1", "service": "route53"}),
        "refused": _refused_form(),
        "problems": [
            FieldProblem("environments/0/account_id", "AWS account ID must be 12 digits"),
            FieldProblem("environments/0/cidr_blocks", "10.20.0.0/16 overlaps this VPC's range 10.20.4.0/22"),
        ],
        "onboardings": [_onboarding(stage) for stage in ("intake", "provisioning", "live")],
        "topology": _topology(),
        "planned": _topology(status="planned"),
        "bars": _bars(),
        "values": [0, 1, 1, 3, 2, 4, 4, 5, 7, 6, 8, 9, 9, 11],
        "earlier": clock.now() - timedelta(minutes=12),
        "due": clock.now() + timedelta(days=2),
        "person": _Person(),
    }


def _refused_form() -> ExampleForm:
    form = ExampleForm({"account_id": "12345", "region": "eu-west-1"})
    form.add_error("account_id", "AWS account ID must be 12 digits")
    form.errors["service"] = form.error_class(["Select who keeps the names"])
    return form


def _onboarding(stage: str) -> SimpleNamespace:
    return SimpleNamespace(stage=stage, stage_since=clock.now() - timedelta(days=3))


def _topology(status: str = "") -> dict[str, Any]:
    edges = [
        ("router", "gateway", "Site-to-site VPN", "failing"),
        ("gateway", "production", "Attachment", "verified"),
        ("gateway", "test", "Attachment", "planned"),
        ("production", "provider", "Peering", "verified"),
        ("test", "provider", "Peering", "waiting"),
    ]
    return {
        "nodes": [
            {"id": "router", "label": "Colombo data centre", "detail": "203.0.113.10", "lane": "data_centre"},
            {"id": "gateway", "label": "Transit gateway", "detail": "ASN 64512", "lane": "gateway"},
            {"id": "production", "label": "Production", "detail": "10.20.0.0/16", "lane": "customer"},
            {"id": "test", "label": "Test", "detail": "10.30.0.0/16", "lane": "customer"},
            {"id": "provider", "label": "Managed services", "detail": "10.200.0.0/16", "lane": "provider"},
        ],
        "edges": [
            {"from": source, "to": target, "label": label, "status": status or own, "url": "#topology"}
            for source, target, label, own in edges
        ],
    }


def _bars() -> list[dict[str, Any]]:
    start = clock.now() - timedelta(minutes=48)
    steps = [
        ("Enter your account", 0, 1, "ready", ""),
        ("Request the peering", 1, 2, "ready", ""),
        ("Accept the peering", 2, 40, "waiting", "We are waiting for you"),
        ("Routes on both sides", 40, 44, "running", ""),
        ("Private zone", None, None, "pending", ""),
    ]
    return [_bar(start, *step) for step in steps]


def _bar(start: Any, label: str, begin: int | None, end: int | None, state: str, note: str) -> dict[str, Any]:
    if begin is None or end is None:
        return {"label": label, "start": None, "end": None, "state": state, "note": note}
    times = {"start": start + timedelta(minutes=begin), "end": start + timedelta(minutes=end)}
    return {
        "label": label,
        **times,
        "state": state,
        "note": note,
        "expected_end": times["start"] + timedelta(minutes=6),
    }
