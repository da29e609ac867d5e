"""What the API says and takes about sections that are handed to colleagues."""

from typing import Any

from rest_framework import serializers

from onboarding.models import SectionAsk
from onboarding.sections import definition
from portal.core.inputs import Input, TextInput
from portal.core.rest import Output, Reference, maybe_person, reference


class AskOutput(Output):
    """One person asks another to answer a section.

    `person` is null until the address belongs to a member of the customer. Until then `invited` says whether an invitation is
    on its way; where none is, an administrator has to send one. `ending` is empty while the ask is open.
    """

    id = serializers.CharField()
    section = Reference()
    email = serializers.EmailField()
    person = Reference(allow_null=True)
    invited = serializers.BooleanField()
    note = serializers.CharField(allow_blank=True)
    asked_by = Reference()
    asked_at = serializers.DateTimeField()
    ended_at = serializers.DateTimeField(allow_null=True)
    ending = serializers.ChoiceField(SectionAsk.Ending.choices, allow_blank=True)

    @staticmethod
    def render(row: SectionAsk) -> dict[str, Any]:
        return {
            "id": row.pk,
            "section": reference("sections", row.section_id, definition(row.section.key).title),
            "email": row.email,
            "person": maybe_person(row.person),
            "invited": row.is_invited,
            "note": row.note,
            "asked_by": maybe_person(row.asked_by),
            "asked_at": row.asked_at,
            "ended_at": row.ended_at,
            "ending": row.ending,
        }


class AskInput(Input):
    """`email` is the address of a colleague, `note` a word to them that goes into the e-mail."""

    email = TextInput("the e-mail address of a colleague")
    note = TextInput("a note", required=False, default="")
