"""Every address the portal answers, as its resolver knows them."""

from collections.abc import Iterator

from django.urls import URLPattern, URLResolver, get_resolver, resolve


def all_routes() -> set[str]:
    return set(_walk(get_resolver(), ""))


def route_of(path: str) -> str:
    return str(resolve(path.partition("?")[0]).route)


def _walk(resolver: URLResolver, prefix: str) -> Iterator[str]:
    for entry in resolver.url_patterns:
        route = prefix + str(entry.pattern).removeprefix("^")
        if isinstance(entry, URLPattern):
            yield route
        else:
            yield from _walk(entry, route)
