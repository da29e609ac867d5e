"""The dashboard of an environment: disk, CPU, memory, JVM heap and health of every machine, and its alarms (S21)."""

import json
from collections.abc import Mapping, Sequence
from typing import Any

from environments.provisioning import names
from environments.provisioning.collection import Collection, There
from environments.provisioning.ports import CallFailed, Failure
from environments.provisioning.specification import Spec
from environments.provisioning.step import Context, Wanted
from environments.provisioning.steps import alarms, measures
from environments.provisioning.steps.launch_templates import nodes_of
from environments.provisioning.steps.measures import HEAP_MAX, MEASURES, Measure

_WIDE, _HALF, _HIGH = 24, 12, 6
"""A dashboard is 24 columns wide."""


class Dashboard(Collection):
    """outputs: {"dashboard": name}"""

    key = "dashboard"
    title = "Dashboard"
    doing = "Creating the dashboard"
    done = "Created the dashboard"
    requires = ("instances",)
    simulated = "The stand-in keeps the dashboard, and measures nothing that it would draw."
    permissions = ("cloudwatch:DeleteDashboards", "cloudwatch:GetDashboard", "cloudwatch:PutDashboard")

    def applies(self, spec: Spec) -> bool:
        return spec.is_production

    def wanted(self, spec: Spec) -> Sequence[Wanted]:
        return (Wanted("dashboard", names.of(spec, "dashboard"), {"shows": _told(spec)}),)

    def look(self, ctx: Context) -> Mapping[str, There]:
        name = names.of(ctx.spec, "dashboard")
        try:
            found = ctx.customer.read("cloudwatch", "get_dashboard", DashboardName=name)
        except CallFailed as failed:
            if failed.failure == Failure.MISSING:
                return {}
            raise
        as_wanted = json.loads(found["DashboardBody"]) == _body(ctx)
        return {name: There(name, {"shows": _told(ctx.spec) if as_wanted else "something else"})}

    def make(self, ctx: Context, wanted: Wanted) -> There:
        """A put of the same name replaces the dashboard."""
        body = json.dumps(_body(ctx))
        ctx.customer.change("cloudwatch", "put_dashboard", DashboardName=wanted.name, DashboardBody=body)
        return There(wanted.name, wanted.attributes)

    def mend(self, ctx: Context, wanted: Wanted, there: There) -> There:
        return self.make(ctx, wanted)

    def unmake(self, ctx: Context, name: str, there: There) -> None:
        ctx.customer.change("cloudwatch", "delete_dashboards", DashboardNames=[name])

    def outputs(self, ctx: Context, there: Mapping[str, There]) -> dict[str, Any]:
        return {"dashboard": names.of(ctx.spec, "dashboard")}


def _told(spec: Spec) -> str:
    count = len(nodes_of(spec))
    return f"alarms, disk, CPU, memory, JVM heap and health of {count} machine{'s' if count != 1 else ''}"


def _body(ctx: Context) -> dict[str, Any]:
    """Return the dashboard as CloudWatch takes it: the alarms on top, then one picture per measure with a line per machine."""
    spec, region = ctx.spec, ctx.customer.region
    known = ctx.outputs.get("instances", {})
    instances = {node.name: known.get(node.name, "") for node in nodes_of(spec)}
    prefix = f"arn:aws:cloudwatch:{region}:{ctx.customer.account_id}:alarm:"
    arns = [prefix + alarms.name_of(spec, node, measure) for node in instances for measure in MEASURES]
    lamps = _widget("alarm", 0, 0, _WIDE, {"title": f"{spec.environment_name}: alarms", "alarms": arns})
    pictures = [
        _widget(
            "metric",
            _HALF * (position % 2),
            _HIGH * (1 + position // 2),
            _HALF,
            {
                "title": measure.title,
                "region": region,
                "view": "timeSeries",
                "period": measure.seconds,
                "stat": measure.statistic,
                "metrics": [
                    line for node, identifier in instances.items() for line in _lines(measure, node, identifier)
                ],
                "annotations": {"horizontal": [{"label": "Alert", "value": measure.limit}]},
            },
        )
        for position, measure in enumerate(MEASURES)
    ]
    return {"widgets": [lamps, *pictures]}


def _lines(measure: Measure, node: str, instance_id: str) -> list[list[Any]]:
    """Return the line of one machine; the heap's is computed from two that are not drawn."""
    if measure is not measures.HEAP:
        return [[measure.namespace, measure.metric, "InstanceId", instance_id, {"label": node}]]
    short = "n" + "".join(letter for letter in node if letter.isalnum())
    return [
        [{"expression": f"100 * {short}used / {short}max", "label": node}],
        [measure.namespace, measure.metric, "InstanceId", instance_id, {"id": f"{short}used", "visible": False}],
        [measure.namespace, HEAP_MAX, "InstanceId", instance_id, {"id": f"{short}max", "visible": False}],
    ]


def _widget(kind: str, column: int, row: int, width: int, properties: dict[str, Any]) -> dict[str, Any]:
    return {"type": kind, "x": column, "y": row, "width": width, "height": _HIGH, "properties": properties}
