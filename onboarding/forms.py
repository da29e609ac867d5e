"""Forms of the pages around the intake. The intake's own questions are in `onboarding/sections/`."""

from typing import Any, cast

from django import forms

from onboarding import portfolio
from portal.accounts import selectors as people
from portal.accounts.models import Customer, Membership, User
from portal.accounts.states import CustomerRole
from portal.ui.forms import ServiceForm


class OpeningForm(ServiceForm):
    """A new onboarding: for which customer, whose it is, and who at the customer is invited first."""

    FIELDS_OF_POINTERS = {"name": "customer_name", "email": "contact_email"}

    customer = forms.ModelChoiceField(
        Customer.objects.none(), required=False, label="Customer", empty_label="A new customer"
    )
    customer_name = forms.CharField(
        required=False, max_length=120, label="Name of the new customer", help_text="Leave empty for a customer above"
    )
    title = forms.CharField(
        max_length=120,
        label="Title",
        help_text="What is brought live, such as “Integration platform”",
        error_messages={"required": "Enter a title, such as “Integration platform”"},
    )
    account_manager = forms.ModelChoiceField(
        User.objects.none(),
        label="Account manager",
        empty_label="Select a person",
        error_messages={"required": "Select the account manager"},
    )
    target_on = forms.DateField(
        required=False,
        label="Target date",
        help_text="The day the customer wants to be live",
        widget=forms.DateInput(attrs={"type": "date"}),
        error_messages={"invalid": "Enter the target date as year, month and day, such as 2027-03-01"},
    )
    contact_email = forms.EmailField(
        required=False,
        label="E-mail address of the first contact",
        help_text="Becomes the customer's administrator, and invites colleagues. The invitation is good for 3 days",
        error_messages={"invalid": "Enter an e-mail address in the form name@company.example"},
    )

    def __init__(self, *args: Any, by: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name, rows in (("customer", people.customers(by)), ("account_manager", portfolio.managers())):
            cast(forms.ModelChoiceField, self.fields[name]).queryset = rows

    def clean(self) -> dict[str, Any]:
        given = super().clean() or {}
        customer, name = given.get("customer"), given.get("customer_name")
        if not customer and not name and "customer" not in self.errors:
            self.add_error("customer", "Select a customer, or enter the name of a new one")
        if customer and name:
            self.add_error("customer_name", f"Leave this empty, or select “A new customer” instead of {customer}")
        if name and not customer and not given.get("contact_email") and "contact_email" not in self.errors:
            self.add_error("contact_email", "Enter the e-mail address of the first contact")
        return given


class AskForm(ServiceForm):
    """Which colleague answers a section, with a word to them. Its names are set apart from those of the section's questions."""

    prefix = "ask"

    email = forms.CharField(
        max_length=254,
        label="E-mail address of the colleague",
        widget=forms.EmailInput(attrs={"list": "ask-colleagues", "autocomplete": "off", "spellcheck": "false"}),
        error_messages={"required": "Enter the e-mail address of a colleague"},
    )
    note = forms.CharField(
        required=False,
        label="Note to them",
        help_text="Goes into the e-mail. No passwords here",
        widget=forms.Textarea(attrs={"rows": 2}),
    )


class ReviewPolicyForm(ServiceForm):
    """How many reviewers approve a kind of section, and the condition under which the portal does."""

    approvers = forms.IntegerField(
        label="Reviewers who must approve",
        help_text="Different people, and none of them an author of the answers",
        error_messages={"required": "Enter how many people must approve", "invalid": "Enter a whole number, such as 2"},
    )
    condition = forms.CharField(
        required=False,
        label="Condition for approval by the portal",
        help_text="In your words, with why it is safe. Leave empty and only people approve",
        widget=forms.Textarea(attrs={"rows": 3}),
    )


class HandOverForm(ServiceForm):
    """Who receives the credentials of one environment, and why now."""

    recipient = forms.ModelChoiceField(
        User.objects.none(),
        label="Recipient",
        empty_label="Select a person",
        help_text="Only this person can reveal the credentials, once, after confirming with their password",
        error_messages={"required": "Select the recipient"},
    )
    reason = forms.CharField(
        label="Reason",
        help_text="What the second person needs to know, such as “Go-live on Monday”",
        widget=forms.Textarea(attrs={"rows": 3}),
        error_messages={"required": "Enter a reason"},
    )

    def __init__(self, *args: Any, customer: Customer, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        cast(forms.ModelChoiceField, self.fields["recipient"]).queryset = _recipients(customer)


def _recipients(customer: Customer) -> Any:
    editors = Membership.objects.filter(
        customer=customer, role__in=(CustomerRole.ADMINISTRATOR, CustomerRole.CONTRIBUTOR)
    )
    return User.objects.filter(is_active=True, pk__in=editors.values("user")).order_by("full_name", "pk")
