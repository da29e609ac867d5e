"""The portfolio's acts: handing onboardings over, and keeping views."""

from rest_framework.request import Request
from rest_framework.response import Response

from onboarding import rules, selectors
from onboarding.models import Onboarding
from onboarding.reports.api import serializers
from onboarding.reports.services import views
from onboarding.services import assignments
from portal.accounts import rules as roles
from portal.accounts import selectors as accounts
from portal.core.errors import FieldProblem, Forbidden, Invalid
from portal.core.rest import Endpoint, operation, referred


class Assignments(Endpoint):
    @operation(
        scope="onboarding:write", takes=serializers.AssignmentInput, gives=serializers.AssignmentOutput, status=200
    )
    def post(self, request: Request) -> Response:
        """Hand onboardings over to another account manager, who is told of all of them by one message.

        What cannot move is named in `refused` and stays; the others move nevertheless. An unknown id refuses the whole.
        """
        if not rules.may_assign(self.person):
            raise Forbidden("Only an account manager hands an onboarding over.")
        manager = referred(
            lambda: accounts.person(self.person, self.given["account_manager"]),
            pointer="account_manager",
            what="person",
        )
        return self.answer(assignments.assign(self._onboardings(), account_manager=manager, by=self.person))

    def _onboardings(self) -> list[Onboarding]:
        asked = list(dict.fromkeys(self.given["onboardings"]))[: assignments.MOST_AT_ONCE + 1]
        found = {row.pk: row for row in selectors.listed_onboardings(self.person).filter(pk__in=asked)}
        unknown = [
            FieldProblem(f"onboardings/{index}", "There is no such onboarding", "unknown_id")
            for index, key in enumerate(asked)
            if key not in found
        ]
        if unknown:
            raise Invalid(unknown)
        return [found[key] for key in asked]


class ProviderEndpoint(Endpoint):
    """The portfolio and what is counted over all customers is the provider's own matter."""

    def initial(self, request: Request, *args: object, **kwargs: object) -> None:
        super().initial(request, *args, **kwargs)
        if not roles.is_provider(self.person):
            raise Forbidden("Only the provider's people have a portfolio.")


class PortfolioViews(ProviderEndpoint):
    @operation(scope="onboarding:read", gives=serializers.SavedViewOutput, many=True, paged=False)
    def get(self, request: Request) -> Response:
        """List your own views of the portfolio and those that are shared. One page always."""
        return self.whole(list(views.visible(self.person)))

    @operation(
        scope="onboarding:write", takes=serializers.SavedViewInput, gives=serializers.SavedViewOutput, status=201
    )
    def post(self, request: Request) -> Response:
        """Keep a view of the portfolio under a name."""
        made = views.save(by=self.person, **self.given)
        return self.answer(made, location=f"portfolio-views/{made.pk}")


class PortfolioView(ProviderEndpoint):
    @operation(scope="onboarding:read", gives=serializers.SavedViewOutput)
    def get(self, request: Request, id: str) -> Response:
        """Read one view."""
        return self.answer(views.one(self.person, id))

    @operation(scope="onboarding:write", takes=serializers.SavedViewChangeInput, gives=serializers.SavedViewOutput)
    def patch(self, request: Request, id: str) -> Response:
        """Rename a view, share it, or stop sharing it."""
        found = views.one(self.person, id)
        name, shared = self.given.get("name", found.name), self.given.get("shared", found.shared)
        return self.answer(views.change(found, name=name, shared=shared, by=self.person))

    @operation(scope="onboarding:write", status=204)
    def delete(self, request: Request, id: str) -> Response:
        """Delete a view. No onboarding changes."""
        views.delete(views.one(self.person, id), by=self.person)
        return self.answer(None)
