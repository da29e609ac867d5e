"""What is measured on each machine and when it is worth an alert: disk, CPU, memory, JVM heap and health (S21).

The agent reports all but the CPU, one value per machine: of several disks the fullest one counts. Health is whether the
product runs, told once a minute; a machine that is silent counts as not healthy. Sources: CloudWatch User Guide, "Metrics
collected by the CloudWatch agent" and "Collect JMX metrics".
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

AGENT_NAMESPACE = "CWAgent"
HEAP_USED, HEAP_MAX = "jvm.memory.heap.used", "jvm.memory.heap.max"

_ABOVE, _BELOW = "GreaterThanThreshold", "LessThanThreshold"


@dataclass(frozen=True, slots=True)
class Measure:
    """One measurement. `limit` is in per cent, or a number of processes for health. It alerts when each of `times` values, one
    every `seconds`, is beyond the limit. `told` says so in words."""

    key: str
    title: str
    namespace: str
    metric: str
    statistic: str
    limit: int
    told: str
    comparison: str = _ABOVE
    seconds: int = 300
    times: int = 3
    silence: str = "missing"

    def settings(self, instance_id: str) -> dict[str, Any]:
        """Return the alarm on one machine as CloudWatch takes it, without whom it tells."""
        rule = {
            "EvaluationPeriods": self.times,
            "DatapointsToAlarm": self.times,
            "Threshold": float(self.limit),
            "ComparisonOperator": self.comparison,
            "TreatMissingData": self.silence,
        }
        if self.key == "heap":
            return {**rule, "Metrics": [_share(), *(_heap(self, part, instance_id) for part in ("used", "max"))]}
        return {
            **rule,
            "Namespace": self.namespace,
            "MetricName": self.metric,
            "Dimensions": _on(instance_id),
            "Statistic": self.statistic,
            "Period": self.seconds,
        }


DISK = Measure("disk", "Disk", AGENT_NAMESPACE, "disk_used_percent", "Maximum", 85, "a disk is more than 85 % full")
CPU = Measure("cpu", "CPU", "AWS/EC2", "CPUUtilization", "Average", 90, "the CPU is above 90 % for 15 minutes")
MEMORY = Measure(
    "memory", "Memory", AGENT_NAMESPACE, "mem_used_percent", "Average", 90, "memory is above 90 % for 15 minutes"
)
HEAP = Measure(
    "heap", "JVM heap", AGENT_NAMESPACE, HEAP_USED, "Average", 90, "the JVM heap is above 90 % for 15 minutes"
)
HEALTH = Measure(
    "health",
    "Health",
    AGENT_NAMESPACE,
    "procstat_lookup_pid_count",
    "Minimum",
    1,
    "the product does not run, or the machine is silent, for two minutes",
    _BELOW,
    60,
    2,
    "breaching",
)
MEASURES = (DISK, CPU, MEMORY, HEAP, HEALTH)


def instance_of(alarm: Mapping[str, Any]) -> str:
    """Return the machine that an alarm watches, empty where it watches none."""
    dimensions = list(alarm.get("Dimensions", ()))
    for query in alarm.get("Metrics", ()):
        dimensions += query.get("MetricStat", {}).get("Metric", {}).get("Dimensions", ())
    return next((one["Value"] for one in dimensions if one["Name"] == "InstanceId"), "")


def _on(instance_id: str) -> list[dict[str, str]]:
    return [{"Name": "InstanceId", "Value": instance_id}]


def _share() -> dict[str, Any]:
    return {"Id": "share", "Expression": "100 * used / max", "Label": "Heap in use, per cent", "ReturnData": True}


def _heap(measure: Measure, part: str, instance_id: str) -> dict[str, Any]:
    metric = {
        "Namespace": AGENT_NAMESPACE,
        "MetricName": {"used": HEAP_USED, "max": HEAP_MAX}[part],
        "Dimensions": _on(instance_id),
    }
    return {
        "Id": part,
        "MetricStat": {"Metric": metric, "Period": measure.seconds, "Stat": measure.statistic},
        "ReturnData": False,
    }
