"""What the API says of customer actions."""

from typing import Any

from django.urls import reverse
from rest_framework import serializers

from onboarding.actions.kinds import BY_KEY, STEP_KINDS
from onboarding.actions.models import ActionReminder, CustomerAction
from onboarding.actions.states import ActionState
from portal.core.rest import Output, Reference, maybe_person, reference, url, web_url


class CustomerActionOutput(Output):
    """Something only the customer can do. `url` is what it is about, `due_at` when waiting ends (null: nothing expires).

    `previous` and `successor` are the requests of the same thing before and after this one.
    """

    id = serializers.CharField()
    kind = serializers.CharField()
    state = serializers.ChoiceField(ActionState.choices)
    url = serializers.URLField()
    web_url = serializers.URLField()
    title = serializers.CharField()
    reason = serializers.CharField()
    onboarding = Reference(allow_null=True)
    environment = Reference(allow_null=True)
    since = serializers.DateTimeField(allow_null=True)
    due_at = serializers.DateTimeField(allow_null=True)
    ended_at = serializers.DateTimeField(allow_null=True)
    ended_because = serializers.CharField()
    reminders_told = serializers.IntegerField()
    remind_at = serializers.DateTimeField(allow_null=True)
    previous = Reference(allow_null=True)
    successor = Reference(allow_null=True)

    @staticmethod
    def render(row: CustomerAction) -> dict[str, Any]:
        onboarding, environment = row.onboarding, row.environment
        return {
            "id": row.pk,
            "kind": row.kind,
            "state": row.state,
            "url": url(_subject(row)),
            "web_url": web_url(reverse("action", args=[row.pk]).lstrip("/")),
            "title": row.title,
            "reason": row.reason,
            "onboarding": reference("onboardings", onboarding.pk, onboarding.title),
            "environment": reference("environments", environment.pk, environment.name) if environment else None,
            "since": row.opened_at,
            "due_at": row.due_at,
            "ended_at": row.ended_at,
            "ended_because": row.ended_because,
            "reminders_told": row.reminders_told,
            "remind_at": row.remind_at,
            "previous": _neighbour(row.previous),
            "successor": _neighbour(getattr(row, "successor", None)),
        }


class ReminderOutput(serializers.Serializer):
    """One step of the ladder: when it was taken, and whom it told, by their names then."""

    stage = serializers.IntegerField()
    to = serializers.ChoiceField(ActionReminder.To.choices)
    people = serializers.ListField(child=serializers.CharField())
    told_at = serializers.DateTimeField()


class HowOutput(serializers.Serializer):
    """Why it is asked, what it takes, who usually does it, by which steps, what is looked at, and when it ends."""

    why = serializers.CharField()
    takes = serializers.CharField()
    who = serializers.CharField()
    steps = serializers.ListField(child=serializers.CharField())
    sees = serializers.CharField()
    life = serializers.CharField()


class AskedAgainOutput(serializers.Serializer):
    """Who had a request that ended sent anew, and when."""

    by = Reference(allow_null=True)
    at = serializers.DateTimeField()


class CustomerActionDetailOutput(CustomerActionOutput):
    """Besides: how it is done, and its history."""

    how = HowOutput(allow_null=True)
    reminders = ReminderOutput(many=True)
    asked_again = AskedAgainOutput(allow_null=True)

    @staticmethod
    def render(row: CustomerAction) -> dict[str, Any]:
        kind = BY_KEY.get(row.kind)
        how = kind and {
            "why": kind.why,
            "takes": kind.takes,
            "who": kind.who,
            "steps": list(kind.how),
            "sees": kind.sees,
            "life": kind.life,
        }
        return {
            **CustomerActionOutput.render(row),
            "how": how,
            "reminders": [
                {"stage": one.stage, "to": one.to, "people": one.people, "told_at": one.told_at}
                for one in row.reminders.all()
            ],
            "asked_again": {"by": maybe_person(row.asked_again_by), "at": row.asked_again_at}
            if row.asked_again_at
            else None,
        }


def _neighbour(row: CustomerAction | None) -> dict[str, str] | None:
    return reference("customer-actions", row.pk, f"{row.title}, request {row.number}") if row else None


def _subject(action: CustomerAction) -> str:
    if action.section_id:
        return f"sections/{action.section_id}"
    if action.kind == "hand_over":
        return f"hand-overs/{action.subject}"
    if action.step:
        return f"runs/{action.step.run_id}"
    is_of_step = action.kind in STEP_KINDS or ":" in action.subject
    return f"environments/{action.environment_id}" if is_of_step else f"checklist-items/{action.subject}"
