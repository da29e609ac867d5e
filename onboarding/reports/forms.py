"""Forms of the portfolio's own acts."""

from typing import Any, cast

from django import forms

from onboarding import portfolio
from portal.accounts.models import User
from portal.ui.forms import ServiceForm


class AssignmentForm(ServiceForm):
    """Whose the selected onboardings become. Which they are comes with the page."""

    account_manager = forms.ModelChoiceField(
        User.objects.none(),
        label="New account manager",
        empty_label="Select a person",
        help_text="Hears of it in one message, however many onboardings it is",
        error_messages={"required": "Select the new account manager", "invalid_choice": "Select an account manager"},
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        cast(forms.ModelChoiceField, self.fields["account_manager"]).queryset = portfolio.managers()


class ViewForm(ServiceForm):
    """The name of a view, and who has it."""

    name = forms.CharField(
        max_length=60,
        label="Name of the view",
        error_messages={"required": "Enter a name, such as “Mine, due this week”"},
    )
    shared = forms.BooleanField(required=False, label="Everybody at the provider has it")
