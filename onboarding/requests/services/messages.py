"""What people hear of requests, in the act's transaction."""

from collections.abc import Iterable

from django.conf import settings
from django.urls import reverse

from onboarding.requests.models import ServiceRequest
from portal.accounts.models import User
from portal.accounts.states import StaffRole
from portal.outbox.services import email, notify


def opened(request: ServiceRequest) -> None:
    """Whose customer it is hears of a new request: somebody has to take it, unless it went to Support."""
    for reader in _managers(request):
        if reader.pk != request.asked_by_id:
            words = f"{request.customer} asks for: {request.title}"
            _tell("service_request_opened", reader, request, words, to_act=request.ended_at is None)


def taken(request: ServiceRequest, *, by: User) -> None:
    """Who asked hears who works on it, and the owner that they do."""
    if request.owner and request.owner != by:
        key = f"service_request_assigned:{request.pk}:{request.changed_at:%Y%m%d%H%M%S%f}"
        words = f"{request.customer}: {request.title} is yours"
        _tell("service_request_assigned", request.owner, request, words, to_act=True, key=key)
    changed(request, by=by)


def changed(request: ServiceRequest, *, by: User) -> None:
    """Who asked hears how it stands."""
    reader = request.asked_by
    if reader.is_active and reader != by:
        key = f"service_request_changed:{request.pk}:{request.state}:{request.owner_id or ''}"
        words = f"{request.title}: {request.get_state_display().lower()}"
        _tell("service_request_changed", reader, request, words, key=key)


def withdrawn(request: ServiceRequest, *, by: User) -> None:
    """Who works on it, or would have had to take it, hears that nothing is left to do."""
    readers = [request.owner] if request.owner else _managers(request)
    for reader in readers:
        if reader.is_active and reader != by:
            _tell("service_request_withdrawn", reader, request, f"{request.customer} withdrew: {request.title}")


def routed(request: ServiceRequest) -> None:
    """Support gets what is asked for, and why it comes to them. They answer the person, whose address is in the mail."""
    if settings.SUPPORT_EMAIL:
        email(
            "service_request_routed",
            settings.SUPPORT_EMAIL,
            key=f"service_request_routed:{request.pk}",
            subject=f"{request.customer}: {request.title}",
            customer=request.customer,
            context={
                "request": request,
                "customer": request.customer,
                "link": f"{settings.PORTAL_URL}{_path(request)}",
            },
        )


def _managers(request: ServiceRequest) -> Iterable[User]:
    """The onboarding's account manager; without one, every account manager."""
    if request.onboarding and request.onboarding.account_manager.is_active:
        return [request.onboarding.account_manager]
    return User.objects.filter(staff_role=StaffRole.ACCOUNT_MANAGER, is_active=True).order_by("pk")


def _tell(
    event: str, reader: User, request: ServiceRequest, words: str, *, to_act: bool = False, key: str = ""
) -> None:
    notify(
        reader,
        event,
        event,
        key=key or f"{event}:{request.pk}",
        subject=words,
        link=_path(request),
        customer=request.customer,
        context={"request": request, "customer": request.customer},
        to_act=to_act,
        about=request.pk,
    )


def _path(request: ServiceRequest) -> str:
    return reverse("service_request", args=(request.pk,))
