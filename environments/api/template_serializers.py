"""What the API says and takes about the versions of the checklist, and moves between them."""

from typing import Any

from rest_framework import serializers

from environments.checklist.differences import Difference, FieldChange
from environments.models import ChecklistTemplate, TemplateItem
from environments.services import checklist_templates
from environments.services.checklist_moves import (
    ADDED,
    CHANGED,
    GONE,
    KEPT,
    REMOVED,
    SEEN_ANEW,
    TAKEN_BACK,
    Move,
)
from environments.states import ItemKind, ItemOwner, TemplateState
from portal.core.inputs import FlagInput, Input, NumberInput, TextInput, TextsInput
from portal.core.rest import Output, Reference, maybe_person, reference, url, web_url

_MOST_NAMES = 200


def _texts() -> serializers.ListField:
    return serializers.ListField(child=serializers.CharField())


class TemplateItemOutput(Output):
    """One thing that a version asks for. `steps`: what an automatic item is computed from; `messages`: what is proven to arrive
    besides; `conditions`: all have to hold where it is asked; `requires`: keys of what has to be true before it is signed;
    `rows`: the statements of the process behind it."""

    key = serializers.CharField()
    title = serializers.CharField()
    group = serializers.CharField()
    owner = serializers.ChoiceField(ItemOwner.choices)
    kind = serializers.ChoiceField(ItemKind.choices)
    steps = _texts()
    messages = _texts()
    conditions = _texts()
    requires = _texts()
    needs_second_person = serializers.BooleanField()
    help = serializers.CharField()
    turns_red = serializers.CharField()
    recheck_minutes = serializers.IntegerField(allow_null=True)
    rows = _texts()

    @staticmethod
    def render(row: TemplateItem) -> dict[str, Any]:
        return {"key": row.key, **checklist_templates.said(row)}


class FieldChangeOutput(Output):
    """A field that is said differently."""

    name = serializers.CharField()
    before = serializers.JSONField(allow_null=True)
    after = serializers.JSONField(allow_null=True)

    @staticmethod
    def render(row: FieldChange) -> dict[str, Any]:
        return {"name": row.name, "before": row.before, "after": row.after}


class ItemChangeOutput(Output):
    """An item of which both versions say something. `alters_meaning`: what proved the one does not prove the other."""

    key = serializers.CharField()
    alters_meaning = serializers.BooleanField()
    fields_changed = FieldChangeOutput(many=True)

    @staticmethod
    def render(row: Any) -> dict[str, Any]:
        changed = [FieldChangeOutput.render(one) for one in row.fields]
        return {"key": row.after.key, "alters_meaning": row.alters_meaning, "fields_changed": changed}


class DifferenceOutput(Output):
    """What a version says that the published one before it does not: keys of items, and what changed."""

    added = _texts()
    removed = _texts()
    changed = ItemChangeOutput(many=True)
    reordered = serializers.BooleanField()

    @staticmethod
    def render(row: Difference) -> dict[str, Any]:
        return {
            "added": [item.key for item in row.added],
            "removed": [item.key for item in row.removed],
            "changed": [ItemChangeOutput.render(change) for change in row.changed],
            "reordered": row.is_reordered,
        }


class TemplateOutput(Output):
    """A version of the checklist, the same for every customer. A published one never changes. `revision` is its ETag."""

    id = serializers.CharField()
    url = serializers.URLField()
    web_url = serializers.URLField()
    number = serializers.IntegerField()
    state = serializers.ChoiceField(TemplateState.choices)
    note = serializers.CharField()
    created_by = Reference(allow_null=True)
    created_at = serializers.DateTimeField()
    published_by = Reference(allow_null=True)
    published_at = serializers.DateTimeField(allow_null=True)
    revision = serializers.IntegerField()

    @staticmethod
    def render(row: ChecklistTemplate) -> dict[str, Any]:
        return {
            "id": row.pk,
            "url": url(f"checklist-templates/{row.pk}"),
            "web_url": web_url(f"checklist-templates/{row.pk}/"),
            "number": row.number,
            "state": row.state,
            "note": row.note,
            "created_by": maybe_person(row.created_by),
            "created_at": row.created_at,
            "published_by": maybe_person(row.published_by),
            "published_at": row.published_at,
            "revision": row.revision,
        }


class TemplateDetailOutput(TemplateOutput):
    """A version with its items in order, and how it differs from the published one before it."""

    items = TemplateItemOutput(many=True)
    difference = DifferenceOutput()

    @staticmethod
    def render(row: ChecklistTemplate) -> dict[str, Any]:
        return {
            **TemplateOutput.render(row),
            "items": [TemplateItemOutput.render(item) for item in row.items.all()],
            "difference": DifferenceOutput.render(checklist_templates.difference(row)),
        }


class MoveRowOutput(Output):
    """What a move does to one item. `proof`: whether what proves it now is `kept`, a signature `taken_back`, or AWS looked at
    again (`seen_anew`), or it is `gone` with the item; empty where nothing proves it."""

    what = serializers.ChoiceField([ADDED, REMOVED, CHANGED])
    key = serializers.CharField()
    title = serializers.CharField()
    proof = serializers.ChoiceField([KEPT, TAKEN_BACK, SEEN_ANEW, GONE], allow_blank=True)
    fields_changed = FieldChangeOutput(many=True)

    @staticmethod
    def render(row: Any) -> dict[str, Any]:
        changed = [FieldChangeOutput.render(one) for one in row.fields]
        return {"what": row.what, "key": row.key, "title": row.title, "proof": row.proof, "fields_changed": changed}


class MoveOutput(Output):
    """What moving an environment to the newest version changes. `unchanged`: how many items stay as they are."""

    template = Reference()
    before = serializers.IntegerField()
    after = serializers.IntegerField()
    items = MoveRowOutput(many=True)
    unchanged = serializers.IntegerField()

    @staticmethod
    def render(row: Move) -> dict[str, Any]:
        return {
            "template": reference("checklist-templates", row.after.pk, str(row.after)),
            "before": row.before.number,
            "after": row.after.number,
            "items": [MoveRowOutput.render(one) for one in row.rows],
            "unchanged": row.unchanged,
        }


class ItemValuesInput(Input):
    """All that a version says of an item; what is left out is empty."""

    title = TextInput("what has to be true")
    group = TextInput("the group that it stands in")
    owner = TextInput("whose item it is", required=False, default=ItemOwner.PROVIDER.value)
    kind = TextInput("automatic or manual")
    steps = TextsInput("steps", required=False, default=list, max_length=_MOST_NAMES)
    messages = TextsInput("messages", required=False, default=list, max_length=_MOST_NAMES)
    conditions = TextsInput("conditions", required=False, default=list, max_length=_MOST_NAMES)
    requires = TextsInput("keys of items", required=False, default=list, max_length=_MOST_NAMES)
    needs_second_person = FlagInput("whether a second person confirms it", required=False, default=False)
    help = TextInput("what the signer does", required=False, default="")
    turns_red = TextInput("what ends it", required=False, default="")
    recheck_minutes = NumberInput("a number of minutes", required=False, allow_null=True, default=None)
    rows = TextsInput("statements of the process", required=False, default=list, max_length=_MOST_NAMES)


class NewItemInput(ItemValuesInput):
    key = TextInput("a key")


class OrderInput(Input):
    """The keys of every item, in the order in which people shall see them."""

    keys = TextsInput("the keys of the items", max_length=1000)


class PublicationInput(Input):
    note = TextInput("what is new in this version and why")


class MoveInput(Input):
    """`template`: the id of the version to move to."""

    template = TextInput("a version of the checklist", max_length=40)
