"""Live checks of a section's answers, and what people confirm."""

from rest_framework.request import Request
from rest_framework.response import Response

from environments.api.views import filtered
from onboarding import check_results, selectors
from onboarding.api import check_serializers as serializers
from onboarding.services import checks as services
from onboarding.services import early_access
from onboarding.states import CheckState
from portal.core.queries import Param
from portal.core.rest import Endpoint, operation


class SectionChecks(Endpoint):
    @operation(scope="onboarding:read", gives=serializers.CheckResultOutput, many=True, paged=False)
    def get(self, request: Request, id: str) -> Response:
        """List the checks that the section's answers call for, and how each stands. One page always."""
        return self._results(id)

    @operation(
        scope="intake:write",
        takes=serializers.CheckRequestInput,
        gives=serializers.CheckResultOutput,
        many=True,
        paged=False,
        status=202,
    )
    def post(self, request: Request, id: str) -> Response:
        """Have one check made again, or without `key` all of them. They are made soon; read them with GET.

        429 says when the hour's limit has room again. A check under way goes on and is not made twice.
        """
        section, given = selectors.section_by_id(self.person, id), self.given
        if given["key"]:
            pointer = given["pointer"].removeprefix("/answers/")
            recipient = given["recipient"]
            services.request_one(section, key=given["key"], pointer=pointer, by=self.person, recipient=recipient)
        else:
            services.request(section, by=self.person)
        answer = self._results(id)
        answer.status_code = 202
        return answer

    def _results(self, id: str) -> Response:
        section = selectors.section_by_id(self.person, id)
        return self.whole(check_results.of(section.onboarding).get(section.key, []))


class EarlyTemplates(Endpoint):
    @operation(scope="onboarding:read", gives=serializers.EarlyTemplateOutput, many=True, paged=False)
    def get(self, request: Request, id: str) -> Response:
        """Read the CloudFormation template of our roles for each account that the answers name. One page always.

        Deployed before the answers are approved, it lets the pre-flight look whether they are right.
        """
        return self.whole(early_access.templates(selectors.onboarding(self.person, id)))


class EarlyStandInRoles(Endpoint):
    @operation(scope="intake:write", takes=serializers.EarlyRoleInput, status=204)
    def post(self, request: Request, id: str) -> Response:
        """Create our role in an account that the answers name, as the customer would, before anything is approved.

        Only where a stand-in takes AWS's place; 404 on AWS itself.
        """
        early_access.create_role(selectors.onboarding(self.person, id), self.given["account_id"], by=self.person)
        return self.answer(None)


class Checks(Endpoint):
    @operation(
        scope="onboarding:read",
        gives=serializers.CheckOutput,
        many=True,
        params=(
            Param("section", "Only of this section.", kind="id"),
            Param("state", "Only in this state.", choices=tuple(CheckState.values), many=True),
        ),
    )
    def get(self, request: Request) -> Response:
        """List every try of a check and every confirmation, the newest first: the history."""
        return self.page(filtered(check_results.checks(self.person), self.query, "section", "state"))


class Check(Endpoint):
    @operation(scope="onboarding:read", gives=serializers.CheckOutput)
    def get(self, request: Request, id: str) -> Response:
        """Read one try of a check."""
        return self.answer(check_results.check(self.person, id))


class Confirmations(Endpoint):
    @operation(scope="intake:write", takes=serializers.ConfirmationInput, gives=serializers.CheckOutput, status=201)
    def post(self, request: Request, id: str) -> Response:
        """Confirm what the portal may not reach, such as a server with a private address, with how you know it.

        It stands beside the answer as your word until the answer changes.
        """
        confirmed = services.confirm(check_results.check(self.person, id), note=self.given["note"], by=self.person)
        return self.answer(check_results.check(self.person, confirmed.pk), location=f"checks/{confirmed.pk}")
