"""Forms of the pages about people, customers and tokens."""

from typing import Any, cast

from django import forms

from portal.accounts.scopes import SCOPES
from portal.accounts.services.tokens import LONGEST_DAYS
from portal.accounts.states import CustomerRole, StaffRole
from portal.ui.forms import ServiceForm

_DAYS = f"Days must be from 1 to {LONGEST_DAYS}"
_PASSWORD = "At least 12 characters, and not one of the common ones"


class CustomerForm(ServiceForm):
    name = forms.CharField(
        max_length=120,
        label="Name",
        help_text="As it stands on their letterhead. Names in AWS are made of it and never change",
        error_messages={"required": "Enter the customer's name"},
    )
    time_zone = forms.CharField(
        initial="UTC",
        max_length=64,
        label="Time zone",
        help_text="Such as Europe/Berlin. Working days and deadlines count in it",
        error_messages={"required": "Enter a time zone such as Europe/Berlin, or UTC"},
    )


class InvitationForm(ServiceForm):
    """Who is invited, as what. With `for_staff`: to the provider's own people."""

    email = forms.CharField(
        max_length=254,
        label="E-mail address",
        widget=forms.EmailInput(attrs={"autocomplete": "off"}),
        error_messages={"required": "Enter an e-mail address"},
    )
    role = forms.ChoiceField(
        label="Role", error_messages={"required": "Select a role", "invalid_choice": "Select a role"}
    )

    def __init__(self, *args: Any, for_staff: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        roles = StaffRole.choices if for_staff else CustomerRole.choices
        cast(forms.ChoiceField, self.fields["role"]).choices = [("", "Select a role"), *roles]


class JoiningForm(ServiceForm):
    """A new person: their name, and the password they choose."""

    full_name = forms.CharField(
        max_length=120,
        label="Your full name",
        widget=forms.TextInput(attrs={"autocomplete": "name"}),
        error_messages={"required": "Enter your full name"},
    )
    password = forms.CharField(
        strip=False,
        label="Password",
        help_text=_PASSWORD,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
        error_messages={"required": "Enter a password"},
    )


class ConfirmingForm(ServiceForm):
    """Somebody who has an account already: its password."""

    password = forms.CharField(
        strip=False,
        label="Your password",
        widget=forms.PasswordInput(attrs={"autocomplete": "current-password"}),
        error_messages={"required": "Enter your password"},
    )


class TokenForm(ServiceForm):
    name = forms.CharField(
        max_length=80,
        label="Name",
        help_text="What uses it, such as “Nightly report”",
        error_messages={"required": "Enter a name for the token"},
    )
    days = forms.IntegerField(
        initial=90,
        min_value=1,
        max_value=LONGEST_DAYS,
        label="Days until it expires",
        help_text=f"From 1 to {LONGEST_DAYS}",
        widget=forms.NumberInput(attrs={"class": "input--short"}),
        error_messages=dict.fromkeys(
            ("required", "invalid", "min_value", "max_value"), f"Days must be from 1 to {LONGEST_DAYS}"
        ),
    )
    scopes = forms.MultipleChoiceField(
        choices=SCOPES,
        label="What it may do",
        help_text="Never more than you may do yourself",
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": "Select at least one scope", "invalid_choice": "There is no scope %(value)s"},
    )
