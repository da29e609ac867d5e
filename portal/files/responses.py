"""How a stored file leaves the portal."""

from django.http import HttpResponse
from django.utils.http import content_disposition_header

from portal.files.models import StoredFile


def download(file: StoredFile) -> HttpResponse:
    """Answer with the bytes as a download: no browser shows them inside the portal. The digest is in the ETag."""
    return HttpResponse(
        bytes(file.content),
        content_type=file.content_type,
        headers={
            "Content-Disposition": content_disposition_header(True, file.name) or "attachment",
            "ETag": f'"{file.sha256}"',
            "Cache-Control": "private, no-store",
            "X-Content-Type-Options": "nosniff",
        },
    )
