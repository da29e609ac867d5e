"""Log-ins, log-outs and passwords, as django-allauth and Django report them, on the audit record."""

from typing import Any

from allauth.account import signals as allauth
from django.conf import settings
from django.contrib.auth import signals as django_auth
from django.db import transaction
from django.dispatch import receiver
from django.http import HttpRequest
from django.urls import reverse

from portal.accounts.models import Customer, User
from portal.audit import services as audit
from portal.core import clock
from portal.outbox import services as outbox


@receiver(django_auth.user_logged_in, dispatch_uid="accounts.logged_in")
def logged_in(sender: Any, user: User, **_: Any) -> None:
    _record("user.logged_in", user, by=user)


@receiver(django_auth.user_logged_out, dispatch_uid="accounts.logged_out")
def logged_out(sender: Any, user: User | None, **_: Any) -> None:
    if user:
        _record("user.logged_out", user, by=user)


@receiver(django_auth.user_login_failed, dispatch_uid="accounts.login_failed")
def login_failed(sender: Any, credentials: dict[str, Any], **_: Any) -> None:
    """A failure for an unknown address is recorded without it: people type passwords into the wrong field."""
    email = str(credentials.get("email") or credentials.get("username") or "")
    user = User.objects.filter(email__iexact=email).first()
    _record("user.login_failed", user or User(pk="unknown", full_name="unknown address"), by=None)


@receiver(allauth.password_changed, dispatch_uid="accounts.password_changed")
@receiver(allauth.password_set, dispatch_uid="accounts.password_set")
@receiver(allauth.password_reset, dispatch_uid="accounts.password_reset")
def password_changed(sender: Any, request: HttpRequest, user: User, **_: Any) -> None:
    """Tell the person, so that a change that was not theirs is noticed."""
    at = clock.now()
    with transaction.atomic():
        event = _record("user.password_changed", user, by=user)
        outbox.email(
            "password_changed",
            user.email,
            key=f"password_changed:{event.pk}",
            subject="Your password was changed",
            customer=event.customer,
            context={
                "reader": user,
                "at": at,
                "link": f"{settings.PORTAL_URL}{reverse('account_reset_password')}",
                "support_email": settings.SUPPORT_EMAIL,
            },
        )


def _record(action: str, user: User, *, by: User | None) -> audit.AuditEvent:
    with transaction.atomic():
        return audit.record(action, user, by=by, customer=_customer_of(user))


def _customer_of(user: User) -> Customer | None:
    """A person of one customer is on that customer's chain; of several, or of none, on the provider's."""
    if user.is_provider:
        return None
    customers = list(Customer.objects.filter(memberships__user=user)[:2])
    return customers[0] if len(customers) == 1 else None
