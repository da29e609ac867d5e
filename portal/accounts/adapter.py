"""How the portal uses django-allauth: log-in by e-mail and password reset; nobody signs up without an invitation."""

from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from django.core.exceptions import ValidationError
from django.db import transaction
from django.http import HttpRequest

from portal.core.errors import TooMany
from portal.core.ids import new_id
from portal.outbox import services as outbox

_MAILS = {
    "account/email/password_reset_key": ("password_reset", "Set a new password"),
    "account/email/unknown_account": ("unknown_account", "No account has this address"),
}
_PAUSE_SECONDS = 300


class AccountAdapter(DefaultAccountAdapter):
    error_messages = DefaultAccountAdapter.error_messages | {
        "account_inactive": "This account is closed. The administrator of your organisation can open it again.",
        "email_password_mismatch": "The e-mail address or the password is wrong. Check both, or set a new password.",
        "enter_current_password": "Enter your current password",
        "incorrect_password": "That is not your password",
        "rate_limited": "You tried too often. Wait a minute, then try again.",
    }

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        return False

    def pre_authenticate(self, request: HttpRequest, **credentials: Any) -> None:
        """Answer too many wrong passwords with 429, where allauth would show the form again with 200."""
        try:
            super().pre_authenticate(request, **credentials)
        except ValidationError:
            raise TooMany(
                "You entered a wrong e-mail address or password too often. Try again in 5 minutes.",
                retry_after_seconds=_PAUSE_SECONDS,
            ) from None

    def send_mail(self, template_prefix: str, email: str, context: dict[str, Any]) -> None:
        """Leave allauth's mail in the outbox like every other: the request never waits for a mail server."""
        template, subject = _MAILS[template_prefix]
        with transaction.atomic():
            outbox.email(
                template,
                email,
                key=f"{template}:{new_id('req')}",
                subject=subject,
                customer=None,
                context={"email": email, "link": context.get("password_reset_url", "")},
                one_time_link=True,
            )
