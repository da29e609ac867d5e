"""What the API says and takes about intake sections and their reviews."""

from typing import Any

from rest_framework import serializers

from onboarding import approvals
from onboarding.api.ask_serializers import AskOutput
from onboarding.models import Section, SectionReview
from onboarding.sections import SECTIONS, definition
from onboarding.sections.definition import SectionDefinition
from onboarding.services import judging
from onboarding.states import SectionState, Verdict
from portal.core.errors import FieldProblem
from portal.core.inputs import FlagInput, Input, ObjectInput
from portal.core.rest import Output, Reference, maybe_person, reference, url, web_url


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
    stand: they are not changed without being reopened. `ask` is who is asked to answer, null where nobody is."""

    answers = serializers.DictField()
    digest = serializers.CharField()
    approved = serializers.ListField(child=serializers.CharField())
    ask = AskOutput(allow_null=True)
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
            "ask": AskOutput.render(row.open_ask) if row.open_ask else None,
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


class SectionInput(Input):
    """All answers of the section: what is left out is not answered any more, except that a secret keeps what is stored."""

    answers = ObjectInput("the answers")


class DigestsInput(ObjectInput):
    """Digests by the key of their section."""

    def to_internal_value(self, data: Any) -> dict[str, str]:
        given = super().to_internal_value(data)
        if not all(isinstance(digest, str) for digest in given.values()):
            raise serializers.ValidationError("This must be an object of section and digest", code="wrong_type")
        return given


class SubmissionInput(Input):
    """The sections whose suggestions are taken over, each with the digest of what was shown: none unless named. With
    `ready_only` the sections that have no problem are submitted, and the others stay drafts."""

    ready_only = FlagInput("whether only what is ready is submitted", required=False, default=False)
    suggestions = DigestsInput("the sections, each with its digest", required=False, default=dict)
