"""Making the pack of an environment, and letting somebody have it."""

from dataclasses import dataclass

from django.db import transaction
from django.utils.text import slugify

from environments.models import Environment
from onboarding.hand_over_pack import archive, contents, document
from onboarding.hand_over_pack.contents import Pack
from portal.accounts.models import User
from portal.audit.services import record
from portal.core.errors import FieldProblem, Invalid

CONTENT_TYPES = {"pdf": "application/pdf", "zip": "application/zip"}


@dataclass(frozen=True, slots=True)
class File:
    """One file to download. `kind` is pdf or zip."""

    kind: str
    name: str
    content: bytes

    @property
    def size(self) -> int:
        return len(self.content)

    @property
    def sha256(self) -> str:
        return archive.digest(self.content)

    @property
    def content_type(self) -> str:
        return CONTENT_TYPES[self.kind]


@dataclass(frozen=True, slots=True)
class Made:
    """A pack with its two files, and what the zip holds by name."""

    environment: Environment
    pack: Pack
    files: dict[str, File]
    parts: dict[str, bytes]

    @property
    def contents(self) -> list[tuple[str, str, int, str]]:
        """Name, what it is, bytes and digest of each file in the zip."""
        return [
            (name, archive.WHAT[name], len(content), archive.digest(content))
            for name, content in self.parts.items()
            if name in archive.WHAT
        ]


def made(environment: Environment) -> Made:
    """Return the pack of an environment as it stands. The same content gives the same bytes, whenever it is made.

    Raises `Conflict` while nothing of the environment is approved.
    """
    pack = contents.of(environment)
    written = document.write(pack)
    parts = archive.files(pack, written)
    name = f"handover-{slugify(environment.name)}-{pack.as_of:%Y-%m-%d}"
    files = {
        "pdf": File("pdf", f"{name}.pdf", written),
        "zip": File("zip", f"{name}.zip", archive.zipped(pack, parts)),
    }
    return Made(environment, pack, files, parts)


def download(environment: Environment, kind: str, *, by: User) -> File:
    """Return the file that this person takes away; the audit record has its digest. Raises `Invalid`, `Conflict`."""
    if kind not in CONTENT_TYPES:
        raise Invalid([FieldProblem("kind", "Select pdf or zip", "unknown_choice")])
    file = made(environment).files[kind]
    after = {"file": file.name, "sha256": file.sha256}
    with transaction.atomic():
        record("hand_over_pack.downloaded", environment, by=by, customer=environment.customer, after=after)
    return file
