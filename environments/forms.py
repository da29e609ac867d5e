"""Forms of the pages about environments."""

from django import forms


class SigningForm(forms.Form):
    """How somebody knows that an item is true, and which revision of it they saw. What is missing the service says."""

    note = forms.CharField(required=False, strip=True)
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
