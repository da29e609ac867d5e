"""What a review asks for, by kind of section: read by the provider's people, set by their administrators."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_safe

from onboarding.forms import ReviewPolicyForm
from onboarding.models import ReviewPolicy
from onboarding.sections import definition
from onboarding.services import conditions, review_policies
from onboarding.views.review import require_reader
from portal.accounts import rules as roles
from portal.accounts.signed_in import person
from portal.core.errors import Forbidden, Invalid


@require_safe
def policies(request: HttpRequest) -> HttpResponse:
    """List what is asked before each kind of section is approved."""
    require_reader(request)
    rows = [(definition(policy.key), policy) for policy in review_policies.all_in_order()]
    context = {"rows": rows, "may_change": roles.is_administrator(person(request))}
    return render(request, "onboarding/review/policies.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
def policy(request: HttpRequest, key: str) -> HttpResponse:
    """Change what is asked for one kind of section."""
    what = definition(key)
    if not roles.is_administrator(person(request)):
        raise Forbidden("Only an administrator of the provider's decides what a review asks for.")
    stored = review_policies.of(key)
    form = _form(request, stored)
    if request.method == "POST" and form.is_valid():
        try:
            review_policies.change(key, **form.cleaned_data, by=person(request))
        except Invalid as error:
            form.refuse(error)
        else:
            messages.success(request, f"Reviews of {what.title} follow this from now on.")
            return redirect("review_policies")
    unusual = [words for words, _ in conditions.UNUSUAL]
    context = {"definition": what, "policy": stored, "form": form, "unusual": unusual}
    return render(request, "onboarding/review/policy.html", context, status=422 if form.errors else 200)


def _form(request: HttpRequest, stored: ReviewPolicy) -> ReviewPolicyForm:
    initial = {"approvers": stored.approvers, "condition": stored.condition}
    return ReviewPolicyForm(request.POST if request.method == "POST" else None, initial=initial)
