"""Forms of the conversation."""

from collections.abc import Iterable
from typing import Any, cast

from django import forms

from environments.models import Environment
from onboarding.conversation.services import comments, decisions
from onboarding.conversation.states import DecisionKind
from portal.accounts.models import User
from portal.files.kinds import ACCEPTED, LARGEST_BYTES
from portal.ui.forms import ServiceForm


class _Files(forms.ClearableFileInput):
    allow_multiple_selected = True


class _FilesField(forms.FileField):
    """Several files. What they may be is for the service to say."""

    widget = _Files

    def clean(self, data: Any, initial: Any = None) -> Any:
        return data or []


class CommentForm(ServiceForm):
    """Something to say, perhaps with files."""

    FIELDS_OF_POINTERS = {
        "files": "attachments",
        **{f"files/{number}": "attachments" for number in range(comments.MOST_FILES)},
    }

    text = forms.CharField(
        label="What you want to say",
        help_text="Mention somebody as @Full Name. No passwords: send those in the section that asks for them",
        widget=forms.Textarea(attrs={"rows": 4}),
        error_messages={"required": "Enter what you want to say"},
    )
    mentions = forms.MultipleChoiceField(
        required=False,
        label="Mention",
        help_text="They get a message, and can see what you write",
        widget=forms.CheckboxSelectMultiple,
        error_messages={"invalid_choice": "One of the people to mention does not see this conversation"},
    )
    attachments = _FilesField(
        required=False,
        label="Files",
        help_text=f"At most {comments.MOST_FILES}, each at most {LARGEST_BYTES // 1024**2} MB: {ACCEPTED}",
    )
    internal = forms.BooleanField(
        required=False,
        label="Internal: only our own people see this",
        help_text="It stays internal; you cannot show it to the customer later",
    )

    def __init__(self, *args: Any, people: Iterable[User], may_be_internal: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choices = [(person.pk, str(person)) for person in people]
        cast(forms.MultipleChoiceField, self.fields["mentions"]).choices = choices
        if not choices:
            del self.fields["mentions"]
        if not may_be_internal:
            del self.fields["internal"]


class CommentEditForm(ServiceForm):
    """The same thing, said better."""

    text = forms.CharField(
        label="What you want to say",
        help_text="What it said before stays in the audit record",
        widget=forms.Textarea(attrs={"rows": 6}),
        error_messages={"required": "Enter what you want to say"},
    )


class DecisionForm(ServiceForm):
    """What is decided, about which environment."""

    environment = forms.ModelChoiceField(
        Environment.objects.none(),
        label="Environment",
        empty_label="Select an environment",
        error_messages={"required": "Select an environment", "invalid_choice": "Select one of these environments"},
    )
    kind = forms.ChoiceField(
        choices=[("", "Select what it is about"), *DecisionKind.choices],
        label="What it is about",
        help_text="Work of this kind starts once a decision is agreed",
        error_messages={"required": "Select what it is about"},
    )
    title = forms.CharField(
        max_length=decisions.LONGEST_TITLE,
        label="Title",
        help_text="The decision in a few words, such as “Databases move by dump”",
        error_messages={"required": "Enter a title, such as “Databases move by dump”"},
    )
    text = forms.CharField(
        label="What is decided",
        help_text="How data and custom code move, who does what, by when",
        widget=forms.Textarea(attrs={"rows": 8}),
        error_messages={"required": "Enter what is decided, and who does what"},
    )

    def __init__(self, *args: Any, environments: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        cast(forms.ModelChoiceField, self.fields["environment"]).queryset = environments


class DeclineForm(ServiceForm):
    """Why a proposal is not agreed to."""

    reason = forms.CharField(
        label="Why you do not agree",
        help_text="So that a better one can be proposed",
        widget=forms.Textarea(attrs={"rows": 3}),
        error_messages={"required": "Enter why you do not agree, so that a better one can be proposed"},
    )
