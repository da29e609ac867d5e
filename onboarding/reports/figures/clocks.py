"""Clocks kept: the rest of provisioning within a day of the active peering (row S3)."""

from django.db.models import Count, Q

from onboarding.clocks.models import Clock
from onboarding.reports.figures.figure import Bar, Column, Figure, Kind, Scope, Segment, Value, counted

KEY, TITLE = "clocks", "Clocks kept"
COLUMNS = (
    Column("outcome", "Outcome"),
    Column("clocks", "Clocks", number=True),
    Column("percent", "Part, %", number=True),
)


def read(scope: Scope) -> Figure:
    """Clocks that ended in the period, and those that still go. Only one whose environment was provisioned was kept; of what
    was given up in time nobody can say."""
    finish = scope.of_customer(Clock.objects.filter(kind=Clock.Kind.FINISH))
    ended, going = Q(stopped_at__gte=scope.since), Q(stopped_at__isnull=True)
    late, finished = Q(breached_at__isnull=False), Q(ended_by=Clock.End.FINISHED)
    found = finish.aggregate(
        met=Count("pk", filter=ended & ~late & finished),
        breached=Count("pk", filter=ended & late),
        given_up=Count("pk", filter=ended & ~late & ~finished),
        in_time=Count("pk", filter=going & ~late),
        late=Count("pk", filter=going & late),
    )
    labels = {
        "met": "Met",
        "breached": "Breached",
        "given_up": "Given up in time",
        "in_time": "Going, in time",
        "late": "Going, late",
    }
    hues = {"met": "done", "breached": "stop", "given_up": "idle", "in_time": "work", "late": "you"}
    whole = sum(found.values())
    rows: list[dict[str, Value]] = [
        {"outcome": label, "clocks": found[name], "percent": round(100 * found[name] / whole) if whole else 0}
        for name, label in labels.items()
    ]
    bars = [Bar(label, (Segment(label, found[name], hues[name]),), str(found[name])) for name, label in labels.items()]
    return Figure(KEY, TITLE, _sentence(found, scope), COLUMNS, rows, bars=bars if whole else [])


def _sentence(found: dict[str, int], scope: Scope) -> str:
    ended = found["met"] + found["breached"]
    going = f"{counted(found['in_time'] + found['late'], 'clock')} still running, {found['late']} of them late."
    if found["given_up"]:
        going = f"{counted(found['given_up'], 'clock')} given up in time: torn down, or cancelled. {going}"
    if not ended:
        return f"No one-day clock ran to its end {scope.words}. {going}"
    return f"{found['met']:,} of {counted(ended, 'one-day clock')} that ended {scope.words} were kept. {going}"


FIGURE = Kind(KEY, TITLE, read)
