"""What the API says and takes about reviews: a reviewer's own draft, finishing it, and what a review asks for."""

from typing import Any

from rest_framework import serializers

from onboarding.models import ReviewPolicy
from onboarding.review_selectors import Review
from onboarding.sections import SECTIONS, definition
from portal.core.inputs import FlagInput, Input, NumberInput, TextInput, TextsInput
from portal.core.rest import Output, Reference, maybe_person, reference, url

_BELOW = "/answers/"


class DraftJudgementOutput(serializers.Serializer):
    """What is said of one answer so far; `verdict` is empty where nothing is. `stands` is true for an approval of an earlier
    review whose answer is still the same."""

    pointer = serializers.CharField()
    label = serializers.CharField()  # type: ignore[assignment]
    digest = serializers.CharField()
    verdict = serializers.CharField(allow_blank=True)
    reason = serializers.CharField(allow_blank=True)
    stands = serializers.BooleanField()


class Colleague(serializers.Serializer):
    """Somebody else who is judging the same section."""

    reviewer = Reference()
    touched_at = serializers.DateTimeField()


class ReviewDraftOutput(Output):
    """Your review of a section before you finish it. Nobody at the customer sees it. The ETag is the section's revision."""

    section = Reference()
    revision = serializers.IntegerField()
    judged = serializers.IntegerField()
    total = serializers.IntegerField()
    judgements = DraftJudgementOutput(many=True)
    touched_at = serializers.DateTimeField(allow_null=True)
    others = Colleague(many=True)
    approvers_needed = serializers.IntegerField()
    approved_by = Reference(many=True)

    @staticmethod
    def render(row: Review) -> dict[str, Any]:
        return {
            "section": reference("sections", row.section.pk, definition(row.section.key).title),
            "revision": row.section.revision,
            "judged": row.judged,
            "total": len(row.judgements),
            "judgements": [
                {**one.stored(), "pointer": f"{_BELOW}{one.pointer}", "stands": one.stands} for one in row.judgements
            ],
            "touched_at": row.draft.touched_at if row.draft else None,
            "others": [
                {"reviewer": maybe_person(draft.reviewer), "touched_at": draft.touched_at} for draft in row.others
            ],
            "approvers_needed": row.policy.approvers,
            "approved_by": [maybe_person(person) for person in row.approvers],
        }


class ReviewPolicyOutput(Output):
    """What the provider asks before a kind of section is approved. Without `changed_by` nobody set it: one approver, and no
    condition under which the portal approves by itself."""

    key = serializers.ChoiceField([section.key for section in SECTIONS])
    url = serializers.URLField()
    title = serializers.CharField()
    approvers = serializers.IntegerField()
    condition = serializers.CharField(allow_blank=True)
    changed_by = Reference(allow_null=True)
    changed_at = serializers.DateTimeField(allow_null=True)

    @staticmethod
    def render(row: ReviewPolicy) -> dict[str, Any]:
        return {
            "key": row.key,
            "url": url(f"review-policies/{row.key}"),
            "title": definition(row.key).title,
            "approvers": row.approvers,
            "condition": row.condition,
            "changed_by": maybe_person(row.changed_by if row.changed_by_id else None),
            "changed_at": row.changed_at,
        }


class JudgementInput(Input):
    pointer = TextInput("the answer's pointer")
    verdict = TextInput("a verdict", max_length=20)
    reason = TextInput("what must change, and why", required=False, default="")


class JudgementsInput(serializers.ListField):
    """A list of judgements; the pointers lead into the section's answers, as its reviews have them."""

    child = JudgementInput()

    def to_internal_value(self, data: Any) -> list[dict[str, str]]:
        if not isinstance(data, list):
            raise serializers.ValidationError("This must be a list of judgements", code="wrong_type")
        given: list[dict[str, str]] = super().to_internal_value(data)
        return [{**one, "pointer": one["pointer"].removeprefix(_BELOW)} for one in given]


class ReviewDraftInput(Input):
    """All your judgements of the section so far: what is left out is not judged."""

    judgements = JudgementsInput(max_length=500)


class ReviewInput(Input):
    """Without `judgements` those of your draft count. `approve_rest` approves every answer that is not judged."""

    judgements = JudgementsInput(max_length=500, required=False, allow_null=True, default=None)
    approve_rest = FlagInput("whether the rest is approved", required=False, default=False)


class ChangeRequestInput(Input):
    """`answers` lead to what is open again, an answer, a row or a list; left out, all of the section is."""

    reason = TextInput("what must change, and why")
    answers = TextsInput("pointers of answers", required=False, default=list, max_length=500)


class ReopeningInput(Input):
    answers = TextsInput("pointers of answers", max_length=500)
    reason = TextInput("why it must change")


class ReviewPolicyInput(Input):
    approvers = NumberInput("how many people must approve")
    condition = TextInput("the condition")


def places(pointers: list[str]) -> list[str]:
    """Return the pointers without the name of what they lead into."""
    return [pointer.removeprefix(_BELOW) for pointer in pointers]
