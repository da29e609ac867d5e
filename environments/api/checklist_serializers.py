"""What the API says and takes about checklist items, their signatures and evidence."""

from typing import Any

from rest_framework import serializers

from environments.models import ChecklistItem
from environments.states import ItemKind, ItemOwner, ItemState
from portal.core.inputs import Input, TextInput
from portal.core.rest import Output, Reference, maybe_person, reference, url, web_url
from portal.files.api import AttachmentInput, AttachmentReference, attachment_reference


def _file(row: ChecklistItem) -> dict[str, Any] | None:
    file = row.evidence_file
    return attachment_reference(file, url(f"checklist-items/{row.pk}/file")) if file else None


class ChecklistItemOutput(Output):
    """Something that must be true before the hand-over. `revision` is its ETag. An item in the state `signed` waits for
    `confirmed_by`; `requires` are the keys of what has to be true before it is signed; `due_at`: when AWS is looked at
    again."""

    id = serializers.CharField()
    url = serializers.URLField()
    web_url = serializers.URLField()
    environment = Reference()
    version = serializers.IntegerField(allow_null=True)
    key = serializers.CharField()
    title = serializers.CharField()
    group = serializers.CharField()
    owner = serializers.ChoiceField(ItemOwner.choices)
    kind = serializers.ChoiceField(ItemKind.choices)
    help = serializers.CharField()
    turns_red = serializers.CharField()
    requires = serializers.ListField(child=serializers.CharField())
    needs_second_person = serializers.BooleanField()
    state = serializers.ChoiceField(ItemState.choices)
    evidence = serializers.DictField()
    note = serializers.CharField()
    file = AttachmentReference(allow_null=True)
    signed_by = Reference(allow_null=True)
    signed_at = serializers.DateTimeField(allow_null=True)
    confirmed_by = Reference(allow_null=True)
    confirmed_at = serializers.DateTimeField(allow_null=True)
    changed_at = serializers.DateTimeField(allow_null=True)
    checked_at = serializers.DateTimeField(allow_null=True)
    due_at = serializers.DateTimeField(allow_null=True)
    revision = serializers.IntegerField()

    @staticmethod
    def render(row: ChecklistItem) -> dict[str, Any]:
        asked = row.template_item
        return {
            "id": row.pk,
            "url": url(f"checklist-items/{row.pk}"),
            "web_url": web_url(f"environments/{row.environment_id}/checklist/"),
            "environment": reference("environments", row.environment_id, row.environment.name),
            "version": asked.template.number if asked else None,
            "key": row.key,
            "title": row.title,
            "group": row.group,
            "owner": row.owner,
            "kind": row.kind,
            "help": asked.help if asked else "",
            "turns_red": asked.turns_red if asked else "",
            "requires": asked.requires if asked else [],
            "needs_second_person": row.needs_second_person,
            "state": row.state,
            "evidence": row.evidence,
            "note": row.note,
            "file": _file(row),
            "signed_by": maybe_person(row.signed_by),
            "signed_at": row.signed_at,
            "confirmed_by": maybe_person(row.confirmed_by),
            "confirmed_at": row.confirmed_at,
            "changed_at": row.changed_at,
            "checked_at": row.checked_at,
            "due_at": row.due_at,
            "revision": row.revision,
        }


class SignatureInput(Input):
    """How you know that it is true: a note, a file, or both."""

    note = TextInput("how you know that this is true", required=False, default="")
    file = AttachmentInput(required=False, allow_null=True, default=None)
