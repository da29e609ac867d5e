"""Ids in addresses of the API."""

from portal.core.ids import ID_PATTERN


class IdConverter:
    """`<id:id>`: what is no id of ours names nothing, and is answered as any other unknown address."""

    regex = ID_PATTERN

    def to_python(self, value: str) -> str:
        return value

    def to_url(self, value: str) -> str:
        return value
