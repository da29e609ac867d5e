"""What the API says and takes about comments and decisions."""

from typing import Any

from rest_framework import serializers

from onboarding.conversation import subjects
from onboarding.conversation.models import Comment, Decision
from onboarding.conversation.states import DecisionKind, DecisionState, Side, Visibility
from portal.core.inputs import FlagInput, Input, TextInput, TextsInput
from portal.core.rest import Output, Reference, maybe_person, reference, url, web_url
from portal.files.api import AttachmentReference, AttachmentsInput, attachment_reference

_TEXT = 10_000
"""Characters that are read at all; the service says what is too long."""


class CommentOutput(Output):
    """Something that somebody said. `about` names the thing: empty for the onboarding as a whole, `sct_...` a section,
    `sct_.../pointer` one answer, `env_...` an environment, `itm_...` a checklist item, `srq_...` a service request. A comment
    that was taken back has no text and no files."""

    id = serializers.CharField()
    url = serializers.URLField()
    web_url = serializers.URLField()
    onboarding = Reference(allow_null=True)
    about = serializers.CharField(allow_blank=True)
    about_label = serializers.CharField()
    visibility = serializers.ChoiceField(Visibility.choices)
    text = serializers.CharField(allow_blank=True)
    author = Reference()
    mentions = Reference(many=True)
    files = AttachmentReference(many=True)
    created_at = serializers.DateTimeField()
    edited_at = serializers.DateTimeField(allow_null=True)
    taken_back_by = Reference(allow_null=True)
    taken_back_at = serializers.DateTimeField(allow_null=True)

    @staticmethod
    def render(row: Comment) -> dict[str, Any]:
        subject, onboarding = subjects.of(row), row.onboarding
        address = url(f"comments/{row.pk}")
        files = [] if row.taken_back_at else row.files.all()
        return {
            "id": row.pk,
            "url": address,
            "web_url": web_url(f"{subject.conversation_path.removeprefix('/')}#comment-{row.pk}"),
            "onboarding": reference("onboardings", onboarding.pk, onboarding.reference) if onboarding else None,
            "about": subject.about,
            "about_label": subject.label,
            "visibility": row.visibility,
            "text": row.text,
            "author": maybe_person(row.author),
            "mentions": [maybe_person(person) for person in row.mentions.all()],
            "files": [attachment_reference(file, f"{address}/files/{file.pk}") for file in files],
            "created_at": row.created_at,
            "edited_at": row.edited_at,
            "taken_back_by": maybe_person(row.taken_back_by),
            "taken_back_at": row.taken_back_at,
        }


class RequestCommentInput(Input):
    """Something to say of a service request. `mentions` are ids of people beside those that the text names as `@Full Name`
    or `@address`; `internal` hides it from the customer for ever."""

    text = TextInput("what you want to say", max_length=_TEXT)
    internal = FlagInput("whether only the provider's people see it", required=False, default=False)
    mentions = TextsInput("ids of people", required=False, default=list, max_length=50)
    files = AttachmentsInput(required=False, default=list, max_length=20)


class CommentInput(RequestCommentInput):
    """Something to say. `about` as in the answer; left out, it is the onboarding as a whole."""

    about = TextInput("what it is about", required=False, default="", max_length=200)


class CommentChangeInput(Input):
    text = TextInput("what you want to say", max_length=_TEXT)


class DecisionOutput(Output):
    """What both sides decided before work starts, with a named person of each. After it is answered nothing of it changes; a
    newer one `supersedes` it."""

    id = serializers.CharField()
    url = serializers.URLField()
    web_url = serializers.URLField()
    onboarding = Reference()
    environment = Reference()
    kind = serializers.ChoiceField(DecisionKind.choices)
    title = serializers.CharField()
    text = serializers.CharField()
    state = serializers.ChoiceField(DecisionState.choices)
    proposed_by = Reference()
    proposed_side = serializers.ChoiceField(Side.choices)
    proposed_at = serializers.DateTimeField()
    answered_by = Reference(allow_null=True)
    answered_at = serializers.DateTimeField(allow_null=True)
    reason = serializers.CharField(allow_blank=True)
    supersedes = Reference(allow_null=True)

    @staticmethod
    def render(row: Decision) -> dict[str, Any]:
        old = row.supersedes
        return {
            "id": row.pk,
            "url": url(f"decisions/{row.pk}"),
            "web_url": web_url(f"decisions/{row.pk}/"),
            "onboarding": reference("onboardings", row.onboarding_id, row.onboarding.reference),
            "environment": reference("environments", row.environment_id, row.environment.name),
            "kind": row.kind,
            "title": row.title,
            "text": row.text,
            "state": row.state,
            "proposed_by": maybe_person(row.proposed_by),
            "proposed_side": row.proposed_side,
            "proposed_at": row.proposed_at,
            "answered_by": maybe_person(row.answered_by),
            "answered_at": row.answered_at,
            "reason": row.reason,
            "supersedes": reference("decisions", old.pk, old.title) if old else None,
        }


class DecisionInput(Input):
    """`supersedes`: the agreed decision, of the same environment and kind, in whose place this one comes."""

    environment = TextInput("the environment's id")
    kind = TextInput("what it is about")
    title = TextInput("a title", max_length=_TEXT)
    text = TextInput("what is decided", max_length=_TEXT)
    supersedes = TextInput("the decision that it takes the place of", required=False, default="")


class DecisionReasonInput(Input):
    reason = TextInput("why you do not agree", max_length=_TEXT)
