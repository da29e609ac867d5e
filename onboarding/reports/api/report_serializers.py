"""What the API says of reports and forecasts."""

from dataclasses import dataclass
from typing import Any

from rest_framework import serializers

from onboarding.models import Onboarding
from onboarding.reports.figures.figure import Figure, Scope
from onboarding.reports.home import Outlook
from portal.core.rest import Output, Reference, reference, url, web_url


class ReportColumn(serializers.Serializer):
    """`key` names the value in each row, `label` is its head with the unit."""

    key = serializers.CharField()
    label = serializers.CharField()  # type: ignore[assignment]


@dataclass(frozen=True, slots=True)
class Report:
    figure: Figure
    scope: Scope


class ReportOutput(Output):
    """One figure: the sentence that it shows, and its table. `note` says what it leaves out."""

    key = serializers.CharField()
    url = serializers.URLField()
    web_url = serializers.URLField()
    title = serializers.CharField()
    period = serializers.CharField()
    customer = Reference(allow_null=True)
    sentence = serializers.CharField()
    note = serializers.CharField(allow_blank=True)
    columns = ReportColumn(many=True)
    rows = serializers.ListField(child=serializers.DictField())

    @staticmethod
    def render(row: Report) -> dict[str, Any]:
        figure, customer = row.figure, row.scope.customer
        return {
            "key": figure.key,
            "url": url(f"reports/{figure.key}"),
            "web_url": web_url(f"reports/#{figure.key}"),
            "title": figure.title,
            "period": row.scope.period,
            "customer": reference("customers", customer.pk, customer.name) if customer else None,
            "sentence": figure.sentence,
            "note": figure.note,
            "columns": [{"key": column.key, "label": column.label} for column in figure.columns],
            "rows": [dict(one) for one in figure.rows],
        }


class ForecastRange(serializers.Serializer):
    """When it will be live; all three are the same moment once it is. `because` says where the range comes from."""

    earliest = serializers.DateTimeField()
    likely = serializers.DateTimeField()
    latest = serializers.DateTimeField()
    because = serializers.ListField(child=serializers.CharField())
    is_over = serializers.BooleanField()


class ForecastOutput(Output):
    """What is done, and when all of it will be. `range` is null of a cancelled onboarding."""

    onboarding = Reference()
    sentence = serializers.CharField()
    done = serializers.IntegerField()
    total = serializers.IntegerField()
    done_on_each_of_14_days = serializers.ListField(child=serializers.IntegerField())
    range = ForecastRange(allow_null=True)

    @staticmethod
    def render(row: tuple[Onboarding, Outlook]) -> dict[str, Any]:
        onboarding, outlook = row
        expected = outlook.forecast
        return {
            "onboarding": reference("onboardings", onboarding.pk, onboarding.reference),
            "sentence": outlook.sentence,
            "done": outlook.progress.done,
            "total": outlook.progress.total,
            "done_on_each_of_14_days": outlook.progress.days(),
            "range": expected
            and {
                "earliest": expected.earliest,
                "likely": expected.likely,
                "latest": expected.latest,
                "because": list(expected.because),
                "is_over": expected.is_over,
            },
        }
