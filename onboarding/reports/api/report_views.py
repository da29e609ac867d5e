"""Reports for the provider's people, and the forecast of one onboarding."""

from rest_framework.request import Request
from rest_framework.response import Response

from onboarding import selectors
from onboarding.reports import figures, home, rules
from onboarding.reports.api import report_serializers as serializers
from onboarding.reports.api.report_serializers import Report
from onboarding.reports.figures.figure import PERIODS, USUAL_PERIOD, Scope
from portal.accounts import selectors as accounts
from portal.core.errors import Forbidden
from portal.core.queries import Param
from portal.core.rest import Endpoint, operation, referred

_PARAMS = (
    Param("period", "Days back from now, or all. 90 without it.", choices=tuple(dict(PERIODS))),
    Param("customer", "Only of this customer.", kind="id"),
)


class ReportEndpoint(Endpoint):
    def initial(self, request: Request, *args: object, **kwargs: object) -> None:
        super().initial(request, *args, **kwargs)
        if not rules.may_read(self.person):
            raise Forbidden("Reports count over all customers, so only the provider's people see them.")

    def scope(self) -> Scope:
        period, chosen = self.query["period"] or USUAL_PERIOD, self.query["customer"]
        if not chosen:
            return Scope(period)
        customer = referred(lambda: accounts.customer(self.person, chosen), pointer="?customer", what="customer")
        return Scope(period, customer)


class Reports(ReportEndpoint):
    @operation(scope="onboarding:read", gives=serializers.ReportOutput, many=True, paged=False, params=_PARAMS)
    def get(self, request: Request) -> Response:
        """List every report with its table. One page always."""
        scope = self.scope()
        return self.whole([Report(kind.read(scope), scope) for kind in figures.FIGURES])


class OneReport(ReportEndpoint):
    @operation(scope="onboarding:read", gives=serializers.ReportOutput, params=_PARAMS)
    def get(self, request: Request, key: str) -> Response:
        """Read one report."""
        scope = self.scope()
        return self.answer(Report(figures.kind(key).read(scope), scope))


class Forecast(Endpoint):
    @operation(scope="onboarding:read", gives=serializers.ForecastOutput)
    def get(self, request: Request, id: str) -> Response:
        """Read what is done of an onboarding, and when all of it will be, as a range.

        It is an expectation that moves with every day and every step, not a promise.
        """
        onboarding = selectors.onboarding(self.person, id)
        return self.answer((onboarding, home.outlook(onboarding)))
