"""What the API says of a hand-over pack."""

import base64
from typing import Any

from rest_framework import serializers

from onboarding.hand_over_pack.services import File, Made
from portal.core.inputs import Input, TextInput
from portal.core.rest import Output, Reference, reference, web_url


class PackFileReference(serializers.Serializer):
    """A file without its bytes, which a download has. `size` is in bytes."""

    kind = serializers.CharField()
    name = serializers.CharField()
    size = serializers.IntegerField()
    sha256 = serializers.CharField()


class PackPart(serializers.Serializer):
    """A file in the zip. `size` is in bytes."""

    name = serializers.CharField()
    what = serializers.CharField()
    size = serializers.IntegerField()
    sha256 = serializers.CharField()


class HandOverPackOutput(Output):
    """The hand-over pack of an environment as it stands. `version` changes with anything it says; the same version has the
    same bytes. It holds no credentials."""

    environment = Reference()
    web_url = serializers.URLField()
    reference = serializers.CharField()
    version = serializers.CharField()
    as_of = serializers.DateTimeField()
    files = PackFileReference(many=True)
    contents = PackPart(many=True)

    @staticmethod
    def render(row: Made) -> dict[str, Any]:
        environment = row.environment
        return {
            "environment": reference("environments", environment.pk, str(environment)),
            "web_url": web_url(f"environments/{environment.pk}/hand-over-pack/"),
            "reference": row.pack.reference,
            "version": row.pack.version,
            "as_of": row.pack.as_of,
            "files": [
                {
                    "kind": kind,
                    "name": file.name,
                    "size": file.size,
                    "sha256": file.sha256,
                }
                for kind, file in row.files.items()
            ],
            "contents": [
                {"name": name, "what": what, "size": size, "sha256": sha256}
                for name, what, size, sha256 in row.contents
            ],
        }


class DownloadInput(Input):
    """Which of the files: `pdf` or `zip`."""

    kind = TextInput("which file: pdf or zip")


class HandOverPackFileOutput(Output):
    """One file of the pack. `content` are its bytes in base64, `sha256` their digest, `size` their number."""

    name = serializers.CharField()
    content_type = serializers.CharField()
    size = serializers.IntegerField()
    sha256 = serializers.CharField()
    content = serializers.CharField()

    @staticmethod
    def render(row: File) -> dict[str, Any]:
        return {
            "name": row.name,
            "content_type": row.content_type,
            "size": row.size,
            "sha256": row.sha256,
            "content": base64.b64encode(row.content).decode(),
        }
