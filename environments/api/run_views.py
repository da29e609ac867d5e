"""Plans, runs and the journal of AWS calls."""

from rest_framework.request import Request
from rest_framework.response import Response

from environments import selectors
from environments.api import plan_serializers
from environments.api import run_serializers as serializers
from environments.api.views import ENVIRONMENT, filtered
from environments.services import adoptions, checklist, plans, steering, tear_downs
from environments.states import PlanPurpose, PlanState, RunState
from portal.core.queries import Param
from portal.core.rest import Endpoint, operation


class Plans(Endpoint):
    @operation(
        scope="environment:read",
        gives=plan_serializers.PlanOutput,
        many=True,
        params=(ENVIRONMENT, Param("state", "Only in this state.", choices=tuple(PlanState.values), many=True)),
    )
    def get(self, request: Request) -> Response:
        """List plans."""
        return self.page(filtered(selectors.plans(self.person).defer("findings"), self.query, "environment", "state"))


class Plan(Endpoint):
    @operation(scope="environment:read", gives=plan_serializers.PlanDetailOutput)
    def get(self, request: Request, id: str) -> Response:
        """Read one plan with its findings."""
        return self.answer(selectors.plan(self.person, id))


class PlanApprovals(Endpoint):
    @operation(scope="run:write", takes=plan_serializers.PlanApprovalInput, gives=serializers.RunOutput, status=202)
    def post(self, request: Request, id: str) -> Response:
        """Approve exactly the plan you read, by its digest, and start its run.

        Where it takes the environment away, `name` has to be the environment's; of production, somebody else asked for it.
        """
        plan = selectors.plan(self.person, id)
        run = plans.approve(plan, digest=self.given["digest"], name=self.given["name"], by=self.person)
        return self.answer(run, location=f"runs/{run.pk}")


class PlanAdoptions(Endpoint):
    @operation(scope="run:write", takes=plan_serializers.AdoptionInput, gives=plan_serializers.PlanOutput, status=202)
    def post(self, request: Request, id: str) -> Response:
        """Use a resource that blocks this plan, and is as specified, instead of making one.

        It stays the customer's: it gets none of our tags, and a tear-down leaves it. The answer is the new plan that is made.
        """
        made = adoptions.adopt(selectors.plan(self.person, id), self.given["aws_id"], by=self.person)
        return self.answer(made, location=f"plans/{made.pk}")


class TearDowns(Endpoint):
    @operation(scope="run:write", takes=plan_serializers.TearDownInput, gives=plan_serializers.PlanOutput, status=202)
    def post(self, request: Request, id: str) -> Response:
        """Have it planned what would be taken away, for good or to be built anew.

        Nothing is taken away before that plan is approved.
        """
        environment = selectors.environment(self.person, id)
        purpose = PlanPurpose(self.given["purpose"])
        made = tear_downs.request(environment, purpose, name=self.given["name"], by=self.person)
        return self.answer(made, location=f"plans/{made.pk}")


class DriftChecks(Endpoint):
    @operation(scope="environment:read", gives=plan_serializers.DriftCheckOutput, many=True)
    def get(self, request: Request, id: str) -> Response:
        """List how AWS compared with the approved answers, the newest state first."""
        return self.page(selectors.drift_checks(self.person, selectors.environment(self.person, id)))

    @operation(scope="checklist:write", status=202)
    def post(self, request: Request, id: str) -> Response:
        """Have AWS compared with the approved answers now.

        Changes nothing in AWS. `checked_at` of the newest check says when it is done. The checklist is computed anew as well.
        """
        checklist.request_verification(selectors.environment(self.person, id), by=self.person)
        return self.answer(None, location=f"environments/{id}/drift-checks")


class Runs(Endpoint):
    @operation(
        scope="environment:read",
        gives=serializers.RunOutput,
        many=True,
        params=(ENVIRONMENT, Param("state", "Only in this state.", choices=tuple(RunState.values), many=True)),
    )
    def get(self, request: Request) -> Response:
        """List runs."""
        return self.page(filtered(selectors.runs(self.person), self.query, "environment", "state"))


class Run(Endpoint):
    @operation(scope="environment:read", gives=serializers.RunDetailOutput)
    def get(self, request: Request, id: str) -> Response:
        """Read one run with its steps."""
        return self.answer(selectors.run(self.person, id))


class RunAwsCalls(Endpoint):
    @operation(scope="environment:read", gives=serializers.AwsCallOutput, many=True)
    def get(self, request: Request, id: str) -> Response:
        """List the run's AWS calls, the newest first."""
        return self.page(selectors.aws_calls(self.person, selectors.run(self.person, id)))


class Pauses(Endpoint):
    @operation(scope="run:write", takes=serializers.PauseInput, gives=serializers.RunOutput)
    def post(self, request: Request, id: str) -> Response:
        """Hold a run between two calls. Nothing more is changed until it is resumed."""
        steering.pause(selectors.run(self.person, id), note=self.given["note"], by=self.person)
        return self.answer(selectors.run(self.person, id))


class Resumptions(Endpoint):
    @operation(scope="run:write", gives=serializers.RunOutput, status=202)
    def post(self, request: Request, id: str) -> Response:
        """Let a paused run go on where it stood."""
        steering.resume(selectors.run(self.person, id), by=self.person)
        return self.answer(selectors.run(self.person, id), location=f"runs/{id}")


class Retries(Endpoint):
    @operation(scope="run:write", takes=serializers.RetryInput, gives=serializers.RunOutput, status=202)
    def post(self, request: Request, id: str) -> Response:
        """Start the stopped steps again, or a run that stopped as a whole. What is ready stays."""
        run = selectors.run(self.person, id)
        steering.retry(run, step_key=self.given["step"], by=self.person)
        return self.answer(selectors.run(self.person, id), location=f"runs/{id}")


class Observations(Endpoint):
    @operation(scope="run:write", gives=serializers.RunOutput, status=202)
    def post(self, request: Request, id: str) -> Response:
        """Have a waiting run look now instead of at its next time."""
        steering.look_again(selectors.run(self.person, id), by=self.person)
        return self.answer(selectors.run(self.person, id), location=f"runs/{id}")


class Cancellations(Endpoint):
    @operation(scope="run:write", gives=serializers.RunOutput)
    def post(self, request: Request, id: str) -> Response:
        """End a run between two calls. What it made stays."""
        steering.cancel(selectors.run(self.person, id), by=self.person)
        return self.answer(selectors.run(self.person, id))
