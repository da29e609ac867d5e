"""Why runs stopped."""

from django.db.models import Count

from environments.provisioning.steps import STEPS
from onboarding.reports.figures.figure import Bar, Column, Figure, Kind, Scope, Segment, Value, counted
from onboarding.reports.models import Failure

KEY, TITLE = "failures", "Why runs stopped"
COLUMNS = (
    Column("step", "Step"),
    Column("code", "Error"),
    Column("failures", "Times", number=True),
    Column("environments", "Environments", number=True),
)
_MOST_ROWS = 20


def read(scope: Scope) -> Figure:
    """Every stop of a step counts, also of one that went well when it was tried again."""
    titles = {step.key: step.title for step in STEPS}
    found = scope.of_customer(Failure.objects.filter(failed_at__gte=scope.since)).order_by().values("step", "code")
    counts = found.annotate(times=Count("pk"), places=Count("environment", distinct=True))
    rows: list[dict[str, Value]] = [
        {
            "step": titles.get(row["step"], row["step"]),
            "code": row["code"] or "No code",
            "failures": row["times"],
            "environments": row["places"],
        }
        for row in counts.order_by("-times", "step", "code")[:_MOST_ROWS]
    ]
    bars = [
        Bar(f"{row['step']}: {row['code']}", (Segment("Times", float(row["failures"]), "stop"),), str(row["failures"]))
        for row in rows
    ]
    return Figure(KEY, TITLE, _sentence(rows, scope), COLUMNS, rows, bars=bars)


def _sentence(rows: list[dict[str, Value]], scope: Scope) -> str:
    if not rows:
        return f"No step stopped {scope.words}."
    number = sum(int(row["failures"]) for row in rows)
    first = rows[0]
    return f"Steps stopped {counted(number, 'time')} {scope.words}, most often “{first['step']}” with {first['code']}."


FIGURE = Kind(KEY, TITLE, read)
