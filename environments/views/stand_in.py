"""What the customer does in their own account, where a stand-in takes AWS's place."""

from collections.abc import Callable

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_POST

from environments import selectors
from environments.models import Environment
from environments.services import stand_in
from portal import aws
from portal.accounts.models import User
from portal.accounts.signed_in import person
from portal.core.errors import Conflict


@require_POST
def role(request: HttpRequest, id: str) -> HttpResponse:
    return _act(request, id, stand_in.create_role, "The stand-in created the role, as the customer would.")


@require_POST
def accept(request: HttpRequest, id: str) -> HttpResponse:
    return _act(request, id, stand_in.accept_peering, "The stand-in accepted the peering, as the customer would.")


@require_POST
def publish(request: HttpRequest, id: str) -> HttpResponse:
    return _act(request, id, stand_in.publish_records, "The stand-in published the records, as the customer would.")


@require_POST
def tunnels(request: HttpRequest, id: str) -> HttpResponse:
    said = "The stand-in brought both tunnels up, as the customer's router would."
    return _act(request, id, stand_in.bring_tunnels_up, said)


def _act(request: HttpRequest, id: str, act: Callable[..., None], said: str) -> HttpResponse:
    user = person(request)
    environment = selectors.environment(user, id)
    _do(act, environment, user)
    messages.success(request, said)
    run = selectors.latest_run(environment)
    return redirect("run", run.pk) if run else redirect("environment", environment.pk)


def _do(act: Callable[..., None], environment: Environment, user: User) -> None:
    try:
        act(environment, by=user)
    except aws.AwsError as error:
        raise Conflict(
            f"The AWS stand-in refused: {error.message}", remedy="Look at its log, then try again."
        ) from None
