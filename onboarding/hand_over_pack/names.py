"""The names of the products and their addresses, as a zone file and as a table (rows S6, S7)."""

import csv
import io

from onboarding.hand_over_pack.contents import Pack
from portal.core.cells import safe_cell

_SECONDS = 300


def zone_file(pack: Pack) -> bytes:
    """Return the records as a fragment to include into a zone: no SOA and no NS, which are the server's own.

    Names stand in full, with their closing dot, so that no origin is added to them. Source: RFC 1035, section 5.1.
    """
    lines = [
        f"; Names of {pack.environment}, {pack.reference}. A fragment: your zone keeps its own SOA and NS.",
        *([f"$ORIGIN {pack.zone}."] if pack.zone else []),
        f"$TTL {_SECONDS}",
    ]
    for product in pack.products:
        kind = "AAAA" if ":" in product.address else "A"
        lines.append(f"{product.hostname}. IN {kind} {product.address}")
    # Comments are for people; a server that reads ASCII only does not stumble over a name in them.
    return ("\n".join(lines) + "\n").encode("ascii", "backslashreplace")


def table(pack: Pack) -> bytes:
    """Return the same as CSV, with the mark by which spreadsheets know UTF-8."""
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow(("Name", "Type", "Address", "Product", "Version"))
    for product in pack.products:
        kind = "AAAA" if ":" in product.address else "A"
        row = (product.hostname, kind, product.address, product.name, product.version)
        writer.writerow([safe_cell(cell) for cell in row])
    return text.getvalue().encode("utf-8-sig")
