"""Store a file beside the act that it belongs to."""

import hashlib
from dataclasses import dataclass

from portal.accounts.models import Customer, User
from portal.core import clock
from portal.core.errors import FieldProblem, Invalid
from portal.files import kinds
from portal.files.models import StoredFile


@dataclass(frozen=True, slots=True)
class NewFile:
    """A file as somebody sent it."""

    name: str
    content: bytes


def store(customer: Customer, file: NewFile, *, by: User, internal: bool = False, pointer: str = "file") -> StoredFile:
    """Keep the file for this customer. Call it in the transaction of the act, whose service asked whether this person may.

    `pointer` names the input that it came from. Raises `Invalid` where it is of no accepted kind, empty or too large.
    """
    name = kinds.base_name(file.name)
    if problem := kinds.problem(name, file.content):
        raise Invalid([FieldProblem(pointer, problem)])
    return StoredFile.objects.create(
        customer=customer,
        name=name,
        content_type=kinds.content_type(name),
        size=len(file.content),
        sha256=hashlib.sha256(file.content).hexdigest(),
        content=file.content,
        internal=internal,
        uploaded_by=by,
        uploaded_at=clock.now(),
    )
