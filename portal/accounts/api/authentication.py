"""Who calls: the person of a bearer token, or whoever is signed in to the portal."""

from typing import Any

from django.conf import settings
from django.utils.encoding import force_str
from drf_spectacular.extensions import OpenApiAuthenticationExtension
from rest_framework import authentication
from rest_framework.exceptions import AuthenticationFailed
from rest_framework.request import Request

from portal.accounts.models import ApiToken, User
from portal.accounts.services import tokens

_CHALLENGE = 'Bearer realm="api"'


class TokenAuthentication(authentication.BaseAuthentication):
    """`Authorization: Bearer op_...`. Any other use of the header is refused, never ignored."""

    def authenticate(self, request: Request) -> tuple[User, ApiToken] | None:
        header = force_str(request.META.get("HTTP_AUTHORIZATION", ""), errors="replace")
        if not header:
            return None
        scheme, _, plaintext = header.partition(" ")
        token = tokens.authenticate(plaintext.strip()) if scheme.lower() == "bearer" else None
        if token is None:
            raise AuthenticationFailed("This token is unknown, revoked or expired.", code="bad_token")
        return token.user, token

    def authenticate_header(self, request: Request) -> str:
        return _CHALLENGE


class SessionAuthentication(authentication.SessionAuthentication):
    """The portal's own session; whatever changes something carries the CSRF token too."""

    def authenticate_header(self, request: Request) -> str:
        return _CHALLENGE


class TokenScheme(OpenApiAuthenticationExtension):
    target_class = "portal.accounts.api.authentication.TokenAuthentication"
    name = "token"

    def get_security_definition(self, auto_schema: Any) -> dict[str, str]:
        return {"type": "http", "scheme": "bearer", "description": "A token of yours, from the page “Settings”."}


class SessionScheme(OpenApiAuthenticationExtension):
    target_class = "portal.accounts.api.authentication.SessionAuthentication"
    name = "session"

    def get_security_definition(self, auto_schema: Any) -> dict[str, str]:
        return {"type": "apiKey", "in": "cookie", "name": settings.SESSION_COOKIE_NAME}
