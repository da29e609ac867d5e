"""What names, addresses and passwords may be. Each returns the cleaned value or raises `Invalid` that names the field."""

import unicodedata
import zoneinfo

from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.core.validators import EmailValidator

from portal.accounts.models import User
from portal.core.errors import FieldProblem, Invalid

_NAME_LENGTH = 120
_is_email = EmailValidator()


def clean_email(email: str, *, pointer: str = "email") -> str:
    """Return the address in small letters. A line break never passes: it could end a mail header."""
    email = email.strip().lower()
    if not email:
        raise refusal(pointer, "Enter an e-mail address", code="required")
    try:
        _is_email(email)
    except ValidationError:
        raise refusal(pointer, "Enter an e-mail address in the form name@company.example") from None
    if len(email) > 254:
        raise refusal(pointer, "E-mail address must be 254 characters or fewer", code="too_long")
    return email


def clean_name(name: str, *, pointer: str, what: str, limit: int = _NAME_LENGTH) -> str:
    """Return the name with single spaces. `what` names the field in the sentence, such as "your full name"."""
    if any(unicodedata.category(letter) in ("Cc", "Cs") for letter in name.strip()):
        raise refusal(pointer, f"Enter {what} on one line, without control characters")
    name = " ".join(name.split())
    if not name:
        raise refusal(pointer, f"Enter {what}", code="required")
    if len(name) > limit:
        raise refusal(pointer, f"Enter {what} in {limit} characters or fewer", code="too_long")
    return name


def clean_time_zone(time_zone: str) -> str:
    if time_zone not in zoneinfo.available_timezones():
        raise refusal("time_zone", "Enter a time zone such as Europe/Berlin, or UTC")
    return time_zone


def check_password(password: str, *, user: User) -> None:
    """Raise `Invalid` with every reason why this cannot be the person's new password."""
    try:
        validate_password(password, user)
    except ValidationError as error:
        raise Invalid([FieldProblem("password", message) for message in error.messages]) from None


def refusal(pointer: str, message: str, *, code: str = "invalid_value") -> Invalid:
    return Invalid([FieldProblem(pointer, message, code)])
