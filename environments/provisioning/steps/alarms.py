"""Alarms on every machine, production only: each tells the alert topic when something is wrong and when it is right again.

The topic's ARN is known beforehand, so that alarms do not wait for it.
"""

from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any

from environments.provisioning import names
from environments.provisioning.collection import Collection, There
from environments.provisioning.specification import Spec
from environments.provisioning.step import Context, Wanted
from environments.provisioning.steps import measures
from environments.provisioning.steps.alerts import topic_arn
from environments.provisioning.steps.launch_templates import nodes_of
from environments.provisioning.steps.measures import MEASURES, Measure

_MOST_AT_ONCE = 100
"""CloudWatch deletes so many alarms in one call."""


def name_of(spec: Spec, node: str, measure: Measure) -> str:
    return names.of(spec, f"{node}-{measure.key}")


class Alarms(Collection):
    """A put of the same name replaces the alarm, so that nothing is made twice. outputs: {"alarms": names}"""

    key = "alarms"
    title = "Alarms"
    doing = "Setting the alarms"
    done = "Set the alarms"
    requires = ("instances",)
    expected = timedelta(seconds=5)
    simulated = "The stand-in keeps the alarms and measures nothing, so none goes off by itself."
    permissions = (
        "cloudwatch:DeleteAlarms",
        "cloudwatch:DescribeAlarms",
        "cloudwatch:PutMetricAlarm",
        "cloudwatch:TagResource",
    )

    def applies(self, spec: Spec) -> bool:
        return spec.is_production

    def wanted(self, spec: Spec) -> Sequence[Wanted]:
        return tuple(
            Wanted(
                "alarm",
                name_of(spec, node.name, measure),
                {"watches": node.name, "alerts_when": measure.told, "tells": names.of(spec, "alerts")},
            )
            for node in nodes_of(spec)
            for measure in MEASURES
        )

    def look(self, ctx: Context) -> Mapping[str, There]:
        prefix = names.of(ctx.spec, "")
        rows = ctx.customer.pages("cloudwatch", "describe_alarms", "MetricAlarms", AlarmNamePrefix=prefix)
        return {
            row["AlarmName"]: There(row["AlarmArn"], self._told(ctx, row))
            for row in rows
            if row["AlarmName"].startswith(prefix)
        }

    def _told(self, ctx: Context, row: Mapping[str, Any]) -> dict[str, Any]:
        instance = measures.instance_of(row)
        nodes = {known: name for name, known in ctx.outputs.get("instances", {}).items() if isinstance(known, str)}
        measure = next((one for one in MEASURES if row["AlarmName"].endswith(f"-{one.key}")), None)
        as_wanted = measure is not None and _holds(measure.settings(instance), row)
        tells = row.get("AlarmActions", []) if row.get("ActionsEnabled", True) else []
        topic = topic_arn(ctx)
        return {
            "watches": nodes.get(instance, f"another machine ({instance or 'none'})"),
            "alerts_when": measure.told if measure and as_wanted else "something else",
            "tells": names.of(ctx.spec, "alerts") if tells == [topic] else ", ".join(tells) or "nobody",
        }

    def make(self, ctx: Context, wanted: Wanted) -> There:
        measure = next(one for one in MEASURES if one.told == wanted.attributes["alerts_when"])
        topic = topic_arn(ctx)
        ctx.customer.change(
            "cloudwatch",
            "put_metric_alarm",
            AlarmName=wanted.name,
            AlarmDescription=f"{wanted.attributes['watches']}: {measure.told}.",
            ActionsEnabled=True,
            AlarmActions=[topic],
            OKActions=[topic],
            Tags=names.listed(names.tags(ctx.spec, self.key)),
            **measure.settings(ctx.outputs["instances"][wanted.attributes["watches"]]),
        )
        arn = f"arn:aws:cloudwatch:{ctx.customer.region}:{ctx.customer.account_id}:alarm:{wanted.name}"
        return There(arn, wanted.attributes)

    def mend(self, ctx: Context, wanted: Wanted, there: There) -> There:
        return self.make(ctx, wanted)

    def unmake(self, ctx: Context, name: str, there: There) -> None:
        ctx.customer.change("cloudwatch", "delete_alarms", AlarmNames=[name])

    def remove(self, ctx: Context) -> None:
        """All at once: deleting what is not there does no harm."""
        leaving = sorted(self.look(ctx))
        for start in range(0, len(leaving), _MOST_AT_ONCE):
            ctx.customer.change("cloudwatch", "delete_alarms", AlarmNames=leaving[start : start + _MOST_AT_ONCE])

    def outputs(self, ctx: Context, there: Mapping[str, There]) -> dict[str, Any]:
        return {"alarms": sorted(there)}


def _holds(wanted: Any, found: Any) -> bool:
    """Return whether what is found has all that is wanted, at any depth; AWS tells more than it was given."""
    if isinstance(wanted, Mapping):
        return isinstance(found, Mapping) and all(_holds(value, found.get(key)) for key, value in wanted.items())
    if isinstance(wanted, list):
        return (
            isinstance(found, list)
            and len(wanted) == len(found)
            and all(_holds(*pair) for pair in zip(wanted, found, strict=True))
        )
    return bool(wanted == found)
