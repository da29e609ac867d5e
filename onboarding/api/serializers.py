"""What the API says and takes about onboardings, intake sections and customer actions."""

from typing import Any

from django.urls import reverse
from rest_framework import serializers

from onboarding import approvals
from onboarding.models import Onboarding, Section, SectionReview
from onboarding.sections import SECTIONS, definition
from onboarding.sections.definition import SectionDefinition
from onboarding.selectors import CustomerAction, to_find_out
from onboarding.services import judging
from onboarding.states import SectionState, Stage, Verdict
from portal.core.errors import FieldProblem
from portal.core.inputs import DayInput, Input, ObjectInput, TextInput
from portal.core.rest import Output, Reference, maybe_person, reference, url, web_url


class SectionCounts(serializers.Serializer):
    """How many sections there are, and how many are how far."""

    total = serializers.IntegerField()
    answered = serializers.IntegerField()
    submitted = serializers.IntegerField()
    approved = serializers.IntegerField()
    changes_requested = serializers.IntegerField()


class OnboardingOutput(Output):
    """One project of bringing a customer live."""

    id = serializers.CharField()
    url = serializers.URLField()
    web_url = serializers.URLField()
    reference = serializers.CharField()
    title = serializers.CharField()
    customer = Reference()
    stage = serializers.ChoiceField(Stage.choices)
    stage_since = serializers.DateTimeField()
    account_manager = Reference()
    target_on = serializers.DateField(allow_null=True)
    sections = SectionCounts()
    created_at = serializers.DateTimeField()

    @staticmethod
    def render(row: Any) -> dict[str, Any]:
        return {
            "id": row.pk,
            "url": url(f"onboardings/{row.pk}"),
            "web_url": web_url(f"onboardings/{row.pk}/"),
            "reference": row.reference,
            "title": row.title,
            "customer": reference("customers", row.customer_id, row.customer.name),
            "stage": row.stage,
            "stage_since": row.stage_since,
            "account_manager": reference("people", row.account_manager_id, str(row.account_manager)),
            "target_on": row.target_on,
            "sections": {
                "total": row.sections_total,
                "answered": row.sections_answered,
                "submitted": row.sections_submitted,
                "approved": row.sections_approved,
                "changes_requested": row.changes_requested,
            },
            "created_at": row.created_at,
        }


class SectionSummary(serializers.Serializer):
    """A section as its onboarding lists it."""

    id = serializers.CharField()
    url = serializers.URLField()
    label = serializers.CharField()  # type: ignore[assignment]
    key = serializers.ChoiceField([section.key for section in SECTIONS])
    state = serializers.ChoiceField(SectionState.choices)


class OwedAnswer(serializers.Serializer):
    """An answer that is said to be not known yet; `pointer` leads into its section, `who` usually knows it."""

    section = Reference()
    pointer = serializers.CharField()
    label = serializers.CharField()  # type: ignore[assignment]
    who = serializers.CharField()


class OnboardingDetailOutput(OnboardingOutput):
    """Besides: its sections in their order, what is to find out for them, and the environments that came of them."""

    section_list = SectionSummary(many=True)
    to_find_out = OwedAnswer(many=True)
    environments = Reference(many=True)

    @staticmethod
    def render(row: Onboarding) -> dict[str, Any]:
        return {
            **OnboardingOutput.render(row),
            "section_list": [
                {
                    **reference("sections", section.pk, definition(section.key).title),
                    "key": section.key,
                    "state": section.state,
                }
                for section in row.sections.all()
            ],
            "to_find_out": [
                {
                    "section": reference("sections", owed.section.pk, definition(owed.section.key).title),
                    "pointer": f"/answers/{owed.pointer}",
                    "label": owed.label,
                    "who": owed.who,
                }
                for owed in to_find_out(row)
            ],
            "environments": [
                reference("environments", environment.pk, environment.name) for environment in row.environments.all()
            ],
        }


class SectionOutput(Output):
    """One page of questions. `revision` rises with every change and is the ETag."""

    id = serializers.CharField()
    url = serializers.URLField()
    web_url = serializers.URLField()
    key = serializers.ChoiceField([section.key for section in SECTIONS])
    title = serializers.CharField()
    onboarding = Reference()
    state = serializers.ChoiceField(SectionState.choices)
    revision = serializers.IntegerField()
    edited_by = Reference(allow_null=True)
    edited_at = serializers.DateTimeField(allow_null=True)
    submitted_by = Reference(allow_null=True)
    submitted_at = serializers.DateTimeField(allow_null=True)

    @staticmethod
    def render(row: Section) -> dict[str, Any]:
        return {
            "id": row.pk,
            "url": url(f"sections/{row.pk}"),
            "web_url": web_url(f"onboardings/{row.onboarding_id}/sections/{row.key}/"),
            "key": row.key,
            "title": definition(row.key).title,
            "onboarding": reference("onboardings", row.onboarding_id, row.onboarding.title),
            "state": row.state,
            "revision": row.revision,
            "edited_by": maybe_person(row.edited_by),
            "edited_at": row.edited_at,
            "submitted_by": maybe_person(row.submitted_by),
            "submitted_at": row.submitted_at,
        }


class SectionProblem(serializers.Serializer):
    """What stands against submitting; `pointer` leads into this section's answers."""

    pointer = serializers.CharField(allow_blank=True)
    code = serializers.CharField()
    message = serializers.CharField()


class JudgementOutput(serializers.Serializer):
    """What was said of one answer; `pointer` leads into this section's answers."""

    pointer = serializers.CharField()
    label = serializers.CharField()  # type: ignore[assignment]
    digest = serializers.CharField()
    verdict = serializers.ChoiceField(Verdict.choices)
    reason = serializers.CharField(allow_blank=True)


class ReviewOutput(serializers.Serializer):
    """One finished review of one revision.

    It binds to the digest of the answers: `holds` is true while they are the same, `changed` leads to what is not. Without
    `reviewer` the portal approved, under the written `condition`.
    """

    id = serializers.CharField()
    decision = serializers.ChoiceField(SectionReview.Decision.choices)
    reason = serializers.CharField(allow_blank=True)
    condition = serializers.CharField(allow_blank=True)
    revision = serializers.IntegerField()
    digest = serializers.CharField()
    holds = serializers.BooleanField()
    changed = serializers.ListField(child=serializers.CharField())
    judgements = JudgementOutput(many=True)
    reviewer = Reference(allow_null=True)
    created_at = serializers.DateTimeField()

    @staticmethod
    def render_for(section: Section, row: SectionReview) -> dict[str, Any]:
        changed = approvals.changed(definition(section.key), row.answers, section.answers)
        return {
            "id": row.pk,
            "decision": row.decision,
            "reason": row.reason,
            "condition": row.condition,
            "revision": row.revision,
            "digest": row.digest,
            "holds": row.digest == approvals.digest_of(section.answers),
            "changed": [f"/answers/{pointer}" for pointer in changed],
            "judgements": [{**one, "pointer": f"/answers/{one['pointer']}"} for one in row.judgements],
            "reviewer": maybe_person(row.reviewer),
            "created_at": row.created_at,
        }


class SectionDetailOutput(SectionOutput):
    """Besides: the answers (a secret is a reference to the vault) with their digest, what stands against submitting, and the
    reviews. `hints` are worth knowing and stand against nothing. `approved` leads to the answers that are approved as they
    stand: they are not changed without being reopened."""

    answers = serializers.DictField()
    digest = serializers.CharField()
    approved = serializers.ListField(child=serializers.CharField())
    problems = SectionProblem(many=True)
    hints = SectionProblem(many=True)
    reviews = ReviewOutput(many=True)

    @staticmethod
    def render(row: Section) -> dict[str, Any]:
        asked = approvals.digests(definition(row.key), row.answers)
        judged = judging.judged(row)
        return {
            **SectionOutput.render(row),
            "answers": row.answers,
            "digest": approvals.digest_of(row.answers),
            "approved": [f"/answers/{pointer}" for pointer in approvals.standing(row.approved, asked)],
            "problems": [_below_answers(found) for found in judged.problems],
            "hints": [_below_answers(found) for found in judged.hints],
            "reviews": [ReviewOutput.render_for(row, review) for review in row.reviews.all()],
        }


def _below_answers(found: FieldProblem) -> dict[str, Any]:
    return {"pointer": f"/answers/{found.pointer}".rstrip("/"), "code": found.code, "message": found.message}


class IntakeSectionOutput(Output):
    """What a section asks: `schema` is the JSON Schema of its answers, each with `x-help`: why it is asked, where to find it
    and who usually knows it. Which rules they must meet, submitting tells."""

    key = serializers.CharField()
    url = serializers.URLField()
    title = serializers.CharField()
    lead = serializers.CharField()
    minutes = serializers.IntegerField()
    gather = serializers.CharField()
    facts = serializers.ListField(child=serializers.CharField())
    schema = serializers.DictField()

    @staticmethod
    def render(row: SectionDefinition) -> dict[str, Any]:
        return {
            "key": row.key,
            "url": url(f"intake-sections/{row.key}"),
            "title": row.title,
            "lead": row.lead,
            "minutes": row.minutes,
            "gather": row.gather,
            "facts": list(row.facts),
            "schema": row.schema(),
        }


class CustomerActionOutput(Output):
    """Something only the customer can do. `url` is what it is about, `due_at` when waiting ends (null: nothing expires)."""

    kind = serializers.CharField()
    url = serializers.URLField()
    web_url = serializers.URLField()
    title = serializers.CharField()
    reason = serializers.CharField()
    onboarding = Reference(allow_null=True)
    environment = Reference(allow_null=True)
    since = serializers.DateTimeField(allow_null=True)
    due_at = serializers.DateTimeField(allow_null=True)

    @staticmethod
    def render(row: CustomerAction) -> dict[str, Any]:
        onboarding, environment = row.onboarding, row.environment
        return {
            "kind": row.kind,
            "url": url(_subject(row)),
            "web_url": web_url(reverse(row.url_name, args=row.args).lstrip("/")),
            "title": row.title,
            "reason": row.reason,
            "onboarding": reference("onboardings", onboarding.pk, onboarding.title) if onboarding else None,
            "environment": reference("environments", environment.pk, environment.name) if environment else None,
            "since": row.since,
            "due_at": row.due_at,
        }


def _subject(action: CustomerAction) -> str:
    if action.section:
        return f"sections/{action.section.pk}"
    return f"runs/{action.step.run_id}" if action.step else f"hand-overs/{action.args[0]}"


class OnboardingInput(Input):
    customer = TextInput("the customer's id", max_length=64)
    title = TextInput("a title")
    account_manager = TextInput("the account manager's id", max_length=64)
    target_on = DayInput("a day", required=False, allow_null=True, default=None)


class SectionInput(Input):
    """All answers of the section: what is left out is not answered any more, except that a secret keeps what is stored."""

    answers = ObjectInput("the answers")
