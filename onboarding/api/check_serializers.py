"""What the API says and takes about live checks."""

from typing import Any

from rest_framework import serializers

from onboarding.check_results import Result
from onboarding.models import Check
from onboarding.services.early_access import EarlyTemplate
from onboarding.states import CheckState, CheckVerdict
from portal.core.inputs import Input, TextInput
from portal.core.rest import Output, Reference, maybe_person, reference, url, web_url


class CheckOutput(Output):
    """One try of proving one answer, or a person's word. `pointer` leads into the section's answers; `verdict` is empty while
    it is under way. `how`: portal and aws looked, person confirmed."""

    id = serializers.CharField()
    url = serializers.URLField()
    web_url = serializers.URLField()
    section = Reference()
    key = serializers.CharField()
    pointer = serializers.CharField()
    state = serializers.ChoiceField(CheckState.choices)
    verdict = serializers.ChoiceField([("", "Under way"), *CheckVerdict.choices])
    message = serializers.CharField()
    remedy = serializers.CharField()
    facts = serializers.DictField()
    how = serializers.ChoiceField(Check.How.choices)
    asked_by = Reference(allow_null=True)
    queued_at = serializers.DateTimeField()
    started_at = serializers.DateTimeField(allow_null=True)
    finished_at = serializers.DateTimeField(allow_null=True)

    @staticmethod
    def render(row: Check) -> dict[str, Any]:
        page = f"onboardings/{row.section.onboarding_id}/sections/{row.section.key}/"
        return {
            "id": row.pk,
            "url": url(f"checks/{row.pk}"),
            "web_url": web_url(page),
            "section": reference("sections", row.section_id, row.section.key),
            "key": row.key,
            "pointer": f"/answers/{row.pointer}",
            "state": row.state,
            "verdict": row.verdict,
            "message": row.message,
            "remedy": row.remedy,
            "facts": row.facts,
            "how": row.how,
            "asked_by": maybe_person(row.asked_by),
            "queued_at": row.queued_at,
            "started_at": row.started_at,
            "finished_at": row.finished_at,
        }


STANDINGS = (
    ("not_checked", "Never made for these answers"),
    ("queued", "About to be made"),
    ("running", "Being made"),
    ("out_of_date", "The answer changed since"),
    ("confirmed", "A person confirmed it"),
    *CheckVerdict.choices,
)


class CheckResultOutput(Output):
    """A check that the section's answers call for, and how it stands. `latest` is the try whose words count, null without one;
    `waits_for` names what must be well before, empty where nothing is."""

    key = serializers.CharField()
    title = serializers.CharField()
    pointer = serializers.CharField()
    standing = serializers.ChoiceField(STANDINGS)
    waits_for = serializers.CharField(allow_blank=True)
    latest = CheckOutput(allow_null=True)

    @staticmethod
    def render(row: Result) -> dict[str, Any]:
        shown = row.under_way or row.check
        return {
            "key": row.wanted.key,
            "title": row.wanted.title,
            "pointer": f"/answers/{row.wanted.pointer}",
            "standing": row.state,
            "waits_for": row.waits_for,
            "latest": CheckOutput.render(shown) if shown else None,
        }


class EarlyTemplateOutput(Output):
    """The template of our roles for one account that the answers name: `template` is the text to deploy, as JSON in a string,
    with `parameters` as its defaults; `command` is the line that deploys it."""

    account_id = serializers.CharField()
    region = serializers.CharField()
    version = serializers.CharField()
    stack_name = serializers.CharField()
    parameters = serializers.DictField(child=serializers.CharField())
    command = serializers.CharField()
    template = serializers.CharField()

    @staticmethod
    def render(row: EarlyTemplate) -> dict[str, Any]:
        return {
            "account_id": row.account_id,
            "region": row.region,
            "version": row.version,
            "stack_name": row.stack_name,
            "parameters": row.parameters,
            "command": row.command,
            "template": row.text,
        }


class EarlyRoleInput(Input):
    account_id = serializers.CharField(help_text="The account, as the answers name it: 12 digits.")


class CheckRequestInput(Input):
    """Which check: all of the section without a key. A test message goes to `recipient`, where the check can send one."""

    key = TextInput("a check's key", max_length=40, required=False, default="")
    pointer = TextInput("where it stands, such as /answers/servers/0", max_length=140, required=False, default="")
    recipient = TextInput("an e-mail address", max_length=254, required=False, default="")


class ConfirmationInput(Input):
    note = TextInput("how you checked it, and what you saw", max_length=500)
