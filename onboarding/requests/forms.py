"""Forms of service requests."""

from typing import Any, cast

from django import forms

from environments.models import Environment
from onboarding.requests.catalogue import Kind
from portal.accounts.models import User
from portal.ui.forms import ServiceForm


class AskForm(ServiceForm):
    """What is asked for, of a kind that is chosen already."""

    environment = forms.ModelChoiceField(
        Environment.objects.none(),
        label="Environment",
        empty_label="Select an environment",
        error_messages={"required": "Select the environment", "invalid_choice": "Select one of these environments"},
    )
    details = forms.CharField(
        label="What we need to know",
        widget=forms.Textarea(attrs={"rows": 6}),
        error_messages={"required": "Enter what we need to know"},
    )

    def __init__(self, *args: Any, kind: Kind, environments: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if kind.environment == "none":
            del self.fields["environment"]
        else:
            cast(forms.ModelChoiceField, self.fields["environment"]).queryset = environments
        self.fields["details"].help_text = kind.ask


class OwnerForm(ServiceForm):
    """Who works on a request."""

    owner = forms.ModelChoiceField(
        User.objects.none(),
        label="Who does it",
        empty_label="Select a person",
        error_messages={"required": "Select who does it", "invalid_choice": "Select one of these people"},
    )

    def __init__(self, *args: Any, workers: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        cast(forms.ModelChoiceField, self.fields["owner"]).queryset = workers
