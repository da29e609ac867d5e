"""Moving an environment to a newer version of the checklist: the difference first."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from environments import checklist_selectors, selectors
from environments.services import checklist_moves
from environments.views import checklist_words
from environments.views.environments import frame
from portal.accounts import rules as roles
from portal.accounts.signed_in import person
from portal.core.errors import Conflict, Forbidden


@require_http_methods(["GET", "HEAD", "POST"])
def move(request: HttpRequest, id: str) -> HttpResponse:
    """Show what the newest version would change here; a POST names the version that was shown and moves to it."""
    user = person(request)
    environment = selectors.environment(user, id)
    if not roles.may_move_checklist(user):
        raise Forbidden(
            "Moving to another version of the checklist is for the provider's engineers and account managers."
        )
    newest = checklist_selectors.newest()
    context = {**frame(environment, "checklist"), "newest": newest, "told": None, "refused": None}
    try:
        if request.method == "POST":
            template = checklist_selectors.version(user, request.POST.get("template", ""))
            checklist_moves.move(environment, template, by=user)
            messages.success(request, f"The checklist is version {template.number} now.")
            return redirect("environment_checklist", environment.pk)
        if newest:
            told = checklist_moves.preview(environment, newest)
            context |= {"told": told, "changes": checklist_words.of_rows(told.rows)}
    except Conflict as error:
        context["refused"] = error
    status = 409 if request.method == "POST" else 200
    return render(request, "environments/checklist_move.html", context, status=status)
