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


class RevisionForm(forms.Form):
    revision = forms.IntegerField(min_value=0)
