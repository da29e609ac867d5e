"""Revisions as entity tags: `ETag: "r17"` in an answer, `If-Match: "r17"` with whatever changes what it names."""

import re

from rest_framework.request import Request

from portal.core.errors import DomainError

_TAG = re.compile(r'"?r(\d{1,9})"?')


class PreconditionRequired(DomainError):
    """The caller does not say which revision it read; sending the header helps."""

    status = 428
    code = "if_match_required"


class NoSuchTag(DomainError):
    """The header does not hold one of our tags."""

    status = 400
    code = "bad_if_match"


def tag(revision: int) -> str:
    return f'"r{revision}"'


def required(request: Request) -> int:
    """Return the revision that the caller read. Raises `PreconditionRequired` and `NoSuchTag`."""
    header = request.headers.get("If-Match", "").strip()
    if not header:
        raise PreconditionRequired(
            "Say which version you read.", remedy='Send If-Match with the ETag of your last read, such as "r17".'
        )
    found = _TAG.fullmatch(header)
    if found is None:
        raise NoSuchTag("If-Match holds no tag of this portal.", remedy='Send one tag as it was given, such as "r17".')
    return int(found[1])
