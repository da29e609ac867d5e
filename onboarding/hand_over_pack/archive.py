"""The hand-over pack as one zip: the document, its parts as files, and the digests of all of them."""

import csv
import io
import json
import zipfile
from collections.abc import Mapping
from hashlib import sha256
from typing import Any

from onboarding.hand_over_pack import drawing, names
from onboarding.hand_over_pack.contents import Pack
from portal.core.cells import safe_cell

FORMAT = "hand-over-pack/1"
DOCUMENT, MANIFEST, SUMS = "hand-over.pdf", "manifest.json", "SHA256SUMS"
WHAT = {
    DOCUMENT: "Everything, to read and to print",
    "pack.json": "The same for programs",
    "network.svg": "The network drawing",
    "names.zone": "Names and addresses, a fragment for a BIND zone",
    "names.csv": "Names and addresses as a table",
    "ports.csv": "The port matrix",
    "contacts.csv": "Who is to be reached for what",
}


def files(pack: Pack, document: bytes) -> dict[str, bytes]:
    """Return the files by name, in the order of their names; manifest and sums among them."""
    found = {
        DOCUMENT: document,
        "pack.json": _json(pack.as_data()),
        "network.svg": drawing.as_svg(pack.topology, f"Network of {pack.title}").encode(),
        "names.zone": names.zone_file(pack),
        "names.csv": names.table(pack),
        "ports.csv": _csv(pack.ports),
        "contacts.csv": _csv(pack.as_data()["contacts"]),
    }
    found[MANIFEST] = _json(manifest(pack, found))
    found[SUMS] = "".join(f"{digest(content)}  {name}\n" for name, content in sorted(found.items())).encode()
    return dict(sorted(found.items()))


def manifest(pack: Pack, found: Mapping[str, bytes]) -> dict[str, Any]:
    """Return what the pack is of, and its files with their digests."""
    return {
        "format": FORMAT,
        "reference": pack.reference,
        "customer": pack.customer,
        "environment": pack.environment,
        "version": pack.version,
        "as_of": pack.as_of.isoformat(timespec="seconds"),
        "files": [
            {"name": name, "what": WHAT[name], "bytes": len(content), "sha256": digest(content)}
            for name, content in sorted(found.items())
        ],
    }


def zipped(pack: Pack, found: Mapping[str, bytes]) -> bytes:
    """Return the zip. Its only time is the pack's, so that the same content gives the same bytes."""
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in found.items():
            entry = zipfile.ZipInfo(name, date_time=pack.as_of.utctimetuple()[:6])
            entry.compress_type = zipfile.ZIP_DEFLATED
            entry.create_system, entry.external_attr = 3, 0o100644 << 16
            archive.writestr(entry, content)
    return made.getvalue()


def digest(content: bytes) -> str:
    return sha256(content).hexdigest()


def _json(value: Any) -> bytes:
    return (json.dumps(value, ensure_ascii=False, indent=2, sort_keys=True) + "\n").encode()


def _csv(rows: list[dict[str, Any]]) -> bytes:
    """With a byte order mark, by which spreadsheets know that it is UTF-8."""
    text = io.StringIO()
    writer = csv.writer(text)
    if rows:
        writer.writerow(rows[0])
        writer.writerows([safe_cell("" if cell is None else cell) for cell in row.values()] for row in rows)
    return text.getvalue().encode("utf-8-sig")
