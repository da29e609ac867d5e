"""Light, dark, or what the person's system says."""

from django.http import HttpRequest, HttpResponse

SYSTEM = "system"
THEMES = {SYSTEM: "System", "light": "Light", "dark": "Dark"}
COOKIE = "theme"
_YEAR_SECONDS = 365 * 24 * 3600


def chosen(request: HttpRequest) -> str:
    """Return the theme this browser asked for. The server writes it into the page, so nothing flashes."""
    theme = request.COOKIES.get(COOKIE, SYSTEM)
    return theme if theme in THEMES else SYSTEM


def remember(response: HttpResponse, theme: str) -> None:
    """Keep the choice in this browser for a year. No account is touched."""
    # Not HttpOnly: `static/js/theme.js` changes it without a page load.
    response.set_cookie(COOKIE, theme, max_age=_YEAR_SECONDS, samesite="Lax")
