"""Forms of the pages about environments."""

from typing import Any

from django import forms

from environments.states import ItemKind, ItemOwner
from portal.ui.forms import ServiceForm


class SigningForm(forms.Form):
    """How somebody knows that an item is true, perhaps with a file that shows it, and which revision of it they saw. What is
    missing the service says."""

    note = forms.CharField(required=False, strip=True)
    file = forms.FileField(required=False, allow_empty_file=True)
    revision = forms.IntegerField(min_value=0)


class PauseForm(forms.Form):
    """Why a run is held. How long that may be the service says."""

    note = forms.CharField(
        label="Why",
        help_text="Everybody who sees the run reads it, the customer too.",
        required=False,
        strip=True,
        widget=forms.Textarea(attrs={"rows": 3}),
    )


class TypedNameForm(forms.Form):
    """The environment's name, typed where it is taken away. Whether it is the right one the service says."""

    name = forms.CharField(
        label="Name of the environment", required=False, widget=forms.TextInput(attrs={"autocomplete": "off"})
    )


class RevisionForm(forms.Form):
    revision = forms.IntegerField(min_value=0)


class ConfigurationForm(forms.Form):
    """The password of whoever is to get the router's configuration."""

    password = forms.CharField(
        label="Your password",
        help_text="The file holds the keys of both tunnels, so we ask for it each time. Who got it and when is on record.",
        strip=False,
        error_messages={"required": "Enter your password"},
        widget=forms.PasswordInput(attrs={"autocomplete": "current-password"}),
    )


class MilestoneForm(forms.Form):
    """A milestone that was reached. What is not sound the service says."""

    key = forms.CharField(widget=forms.HiddenInput)
    done_on = forms.DateField(
        label="Reached on",
        error_messages={"required": "Enter the day", "invalid": "Enter a day"},
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
    )
    evidence = forms.CharField(label="What proves it", required=False, strip=True)
    note = forms.CharField(label="Note", required=False, strip=True, widget=forms.Textarea(attrs={"rows": 2}))


class NamesField(forms.CharField):
    """Names, one a line."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(required=False, widget=forms.Textarea(attrs={"rows": 3, "spellcheck": "false"}), **kwargs)

    def clean(self, value: Any) -> list[str]:
        return [name for line in super().clean(value).splitlines() for name in line.replace(",", " ").split()]

    def prepare_value(self, value: Any) -> Any:
        return "\n".join(value) if isinstance(value, list) else value


class TemplateItemForm(ServiceForm):
    """What a version of the checklist says of an item. What is not sound the service says."""

    key = forms.CharField(
        label="Key",
        help_text="Small letters, digits and underscores. It stays for good: the same key is the same item in every version.",
        required=False,
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false"}),
    )
    title = forms.CharField(
        label="What has to be true",
        help_text="A statement that is true or not: “A test alert was received”.",
        required=False,
    )
    group = forms.CharField(label="Group", help_text="Items of one group stand together.", required=False)
    owner = forms.ChoiceField(
        label="Who makes it true",
        help_text="A third party's items are signed by the provider's people.",
        choices=ItemOwner.choices,
        required=False,
    )
    kind = forms.ChoiceField(label="How it becomes true", choices=ItemKind.choices, required=False)
    steps = NamesField(label="Steps", help_text="Automatic only: true while all of these are as specified. One a line.")
    messages = NamesField(
        label="Messages that arrive",
        help_text="Automatic only: true while each of these is proven to arrive. One a line.",
    )
    conditions = NamesField(label="Asked where", help_text="All of these have to hold. None: everywhere. One a line.")
    requires = NamesField(
        label="Requires", help_text="Signed items only: keys of what has to be true before it is signed. One a line."
    )
    needs_second_person = forms.BooleanField(
        label="In production a second person confirms the signature", required=False
    )
    help = forms.CharField(
        label="What the signer does",
        help_text="Who signs reads it first.",
        required=False,
        widget=forms.Textarea(attrs={"rows": 2}),
    )
    turns_red = forms.CharField(label="What ends it", required=False, widget=forms.Textarea(attrs={"rows": 2}))
    recheck_minutes = forms.IntegerField(
        label="Looked at again at least every … minutes",
        help_text="Automatic only. Empty: the portal's own interval.",
        required=False,
        error_messages={"invalid": "Enter a whole number of minutes"},
    )
    rows = NamesField(label="From", help_text="Statements of the provider's process, such as S21. One a line.")


class PublicationForm(ServiceForm):
    """Why a version of the checklist is published."""

    note = forms.CharField(
        label="What is new and why",
        help_text="It stands beside the version, and where an environment is moved to it.",
        required=False,
        widget=forms.Textarea(attrs={"rows": 2}),
    )
    revision = forms.IntegerField(min_value=0, widget=forms.HiddenInput)
