"""The style sheets and scripts of every page, each from one tuple in the order in which a page asks for them.

A file joins by existing: the number in front of a style sheet's name is its place in the cascade (`00-layers.css` names the
layers). Scripts are modules that know nothing of each other, so their order means nothing.
"""

from functools import lru_cache

from django.conf import settings
from django.templatetags.static import static
from django.utils.html import format_html_join
from django.utils.safestring import SafeString

from portal.env import BASE_DIR

STYLESHEETS = tuple(f"css/{file.name}" for file in sorted((BASE_DIR / "static/css").glob("*.css")))
MODULES = tuple(f"js/{file.name}" for file in sorted((BASE_DIR / "static/js").glob("*.js")))


def links() -> SafeString:
    """Return one `<link>` for each style sheet."""
    return _links(settings.STATIC_URL, settings.STORAGES["staticfiles"]["BACKEND"])


def scripts() -> SafeString:
    """Return one module `<script>` for each script."""
    return _scripts(settings.STATIC_URL, settings.STORAGES["staticfiles"]["BACKEND"])


# The addresses depend on where and how static files are kept, and on nothing else of the request.
@lru_cache(maxsize=8)
def _links(static_url: str, storage: str) -> SafeString:
    return format_html_join("\n", '<link rel="stylesheet" href="{}">', ((static(name),) for name in STYLESHEETS))


@lru_cache(maxsize=8)
def _scripts(static_url: str, storage: str) -> SafeString:
    return format_html_join("\n", '<script type="module" src="{}"></script>', ((static(name),) for name in MODULES))
