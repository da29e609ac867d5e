"""What the API says and takes about runs and AWS calls."""

from typing import Any

from rest_framework import serializers

from environments.api.serializers import Progress
from environments.models import AwsCall, Run, RunStep
from environments.provisioning.steps import BY_KEY
from environments.states import CallOutcome, Owner, RunState, StepState
from portal.core.inputs import Input, TextInput
from portal.core.rest import Output, Reference, maybe_person, reference, url, web_url


class StepOutput(Output):
    """One capability of a run. While it waits: whose turn it is, why, and until when. `removes`: it is taken away."""

    id = serializers.CharField()
    key = serializers.CharField()
    title = serializers.CharField()
    removes = serializers.BooleanField()
    state = serializers.ChoiceField(StepState.choices)
    attempt = serializers.IntegerField()
    waits_on = serializers.ChoiceField(Owner.choices, allow_blank=True)
    reason = serializers.CharField()
    waiting_since = serializers.DateTimeField(allow_null=True)
    give_up_at = serializers.DateTimeField(allow_null=True)
    next_at = serializers.DateTimeField(allow_null=True)
    outputs = serializers.DictField()
    error = serializers.DictField()
    started_at = serializers.DateTimeField(allow_null=True)
    finished_at = serializers.DateTimeField(allow_null=True)

    @staticmethod
    def render(row: RunStep) -> dict[str, Any]:
        return {
            "id": row.pk,
            "key": row.key,
            "title": BY_KEY[row.key].title,
            "removes": row.removes,
            "state": row.state,
            "attempt": row.attempt,
            "waits_on": row.waits_on,
            "reason": row.reason,
            "waiting_since": row.waiting_since,
            "give_up_at": row.give_up_at,
            "next_at": row.next_at,
            "outputs": row.outputs,
            "error": row.error,
            "started_at": row.started_at,
            "finished_at": row.finished_at,
        }


class PauseOutput(Output):
    """Since when a run is held, by whom, and why."""

    at = serializers.DateTimeField()
    by = Reference(allow_null=True)
    note = serializers.CharField()

    @staticmethod
    def render(row: Run) -> dict[str, Any]:
        return {"at": row.paused_at, "by": maybe_person(row.paused_by), "note": row.pause_note}


class RunOutput(Output):
    """One execution of a plan. `error` says why it stopped as a whole; why a step stopped the step says."""

    id = serializers.CharField()
    url = serializers.URLField()
    web_url = serializers.URLField()
    environment = Reference()
    plan = Reference()
    state = serializers.ChoiceField(RunState.choices)
    progress = Progress()
    started_by = Reference(allow_null=True)
    created_at = serializers.DateTimeField()
    started_at = serializers.DateTimeField(allow_null=True)
    finished_at = serializers.DateTimeField(allow_null=True)
    next_at = serializers.DateTimeField()
    pause = PauseOutput(allow_null=True)
    error = serializers.DictField()

    @staticmethod
    def render(row: Run) -> dict[str, Any]:
        steps = row.steps.all()
        return {
            "id": row.pk,
            "url": url(f"runs/{row.pk}"),
            "web_url": web_url(f"runs/{row.pk}/"),
            "environment": reference("environments", row.environment_id, row.environment.name),
            "plan": reference("plans", row.plan_id, row.plan_id),
            "state": row.state,
            "progress": {"done": sum(step.state == StepState.READY for step in steps), "total": len(steps)},
            "started_by": maybe_person(row.started_by),
            "created_at": row.created_at,
            "started_at": row.started_at,
            "finished_at": row.finished_at,
            "next_at": row.next_at,
            "pause": PauseOutput.render(row) if row.paused_at else None,
            "error": row.error,
        }


class RunDetailOutput(RunOutput):
    """Besides: every step."""

    steps = StepOutput(many=True)

    @staticmethod
    def render(row: Run) -> dict[str, Any]:
        return {**RunOutput.render(row), "steps": [StepOutput.render(step) for step in row.steps.all()]}


class AwsCallOutput(Output):
    """One journalled API call: never its parameters, never its answer. `intent` means that the outcome is not known yet."""

    id = serializers.CharField()
    run = Reference()
    step = serializers.CharField()
    service = serializers.CharField()
    operation = serializers.CharField()
    account_id = serializers.CharField()
    region = serializers.CharField()
    changes = serializers.BooleanField()
    outcome = serializers.ChoiceField(CallOutcome.choices)
    error_code = serializers.CharField()
    request_id = serializers.CharField()
    started_at = serializers.DateTimeField()
    duration_ms = serializers.IntegerField(allow_null=True)

    @staticmethod
    def render(row: AwsCall) -> dict[str, Any]:
        return {
            "id": row.pk,
            "run": reference("runs", row.run_id, row.run_id),
            "step": row.step,
            "service": row.service,
            "operation": row.operation,
            "account_id": row.account_id,
            "region": row.region,
            "changes": row.changes,
            "outcome": row.outcome,
            "error_code": row.error_code,
            "request_id": row.request_id,
            "started_at": row.started_at,
            "duration_ms": row.duration_ms,
        }


class PauseInput(Input):
    """Everybody who sees the run reads the note."""

    note = TextInput("why the run is paused", required=False, default="")


class RetryInput(Input):
    """Without a step, every stopped step starts again."""

    step = TextInput("the step's key", required=False, allow_null=True, default=None, max_length=40)
