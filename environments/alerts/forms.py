"""The form behind the link of a test alert."""

from django import forms

from portal.ui.forms import ServiceForm


class ArrivalForm(ServiceForm):
    """Who says that it arrived, if they want to. What is not sound the service says."""

    name = forms.CharField(
        label="Your name",
        help_text="It stands beside the proof on the environment's checklist.",
        required=False,
        widget=forms.TextInput(attrs={"autocomplete": "name"}),
    )
    address = forms.CharField(
        label="Where it arrived",
        help_text="The e-mail address.",
        required=False,
        widget=forms.EmailInput(attrs={"autocomplete": "email"}),
    )
