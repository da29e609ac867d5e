"""What the API says and takes of files."""

import base64
import binascii
from typing import Any

from rest_framework import serializers

from portal.core.inputs import Input, TextInput
from portal.core.rest import Output, Reference, maybe_person
from portal.files.models import StoredFile

_LONGEST_BASE64 = 1_000_000
"""Characters. A body of the API is 1 MiB at most; larger files are added on the page."""


class AttachmentInput(Input):
    """A file: its name, and its bytes in base64, at most about 700 KB; larger ones are added on the page."""

    name = TextInput("the name of the file")
    content = TextInput("the bytes of the file in base64", max_length=_LONGEST_BASE64)

    def validate_content(self, value: str) -> bytes:
        try:
            return base64.b64decode(value, validate=True)
        except (binascii.Error, ValueError):
            raise serializers.ValidationError("This must be base64", code="wrong_type") from None


class AttachmentsInput(serializers.ListField):
    """A list of files."""

    child = AttachmentInput()

    def to_internal_value(self, data: Any) -> list[dict[str, Any]]:
        if not isinstance(data, list):
            raise serializers.ValidationError("This must be a list of files", code="wrong_type")
        given: list[dict[str, Any]] = super().to_internal_value(data)
        return given


class AttachmentReference(serializers.Serializer):
    """A file without its bytes, which are at `url`."""

    id = serializers.CharField()
    url = serializers.URLField()
    name = serializers.CharField()
    size = serializers.IntegerField()
    sha256 = serializers.CharField()


def attachment_reference(file: StoredFile, address: str) -> dict[str, Any]:
    """Return the reference to a file whose bytes are at this address."""
    return {"id": file.pk, "url": address, "name": file.name, "size": file.size, "sha256": file.sha256}


class AttachmentOutput(Output):
    """A file. `size` is in bytes, `sha256` the digest of its bytes, `content` are these in base64."""

    id = serializers.CharField()
    name = serializers.CharField()
    content_type = serializers.CharField()
    size = serializers.IntegerField()
    sha256 = serializers.CharField()
    content = serializers.CharField()
    uploaded_by = Reference()
    uploaded_at = serializers.DateTimeField()

    @staticmethod
    def render(row: StoredFile) -> dict[str, Any]:
        return {
            "id": row.pk,
            "name": row.name,
            "content_type": row.content_type,
            "size": row.size,
            "sha256": row.sha256,
            "content": base64.b64encode(bytes(row.content)).decode(),
            "uploaded_by": maybe_person(row.uploaded_by),
            "uploaded_at": row.uploaded_at,
        }
