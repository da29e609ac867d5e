"""The hand-over pack as one PDF."""

from onboarding.hand_over_pack import drawing
from onboarding.hand_over_pack.contents import Pack
from onboarding.port_matrix import DIRECTIONS
from portal.ui.pdf import Document


def write(pack: Pack) -> bytes:
    """Return the document: a title block with customer, environment, version, date and reference, then part by part."""
    foot = f"{pack.title}, {pack.reference}, version {pack.version}"
    document = Document(f"Hand-over of {pack.title}", made_at=pack.as_of, foot=foot)
    _title_block(document, pack)
    _products(document, pack)
    document.heading("The network")
    drawing.draw(document, pack.topology, pack.environment)
    _names(document, pack)
    _ports(document, pack)
    document.heading("Contacts")
    contacts = [(one.side, one.role, one.name, one.reach) for one in pack.contacts]
    document.rows(("Side", "For", "Name", "Reach"), contacts, (24, 22, 26, 40))
    document.heading("Who answers for what")
    lines = [(one.area, one.what, one.who, one.note) for one in pack.responsibilities]
    document.rows(("Area", "What", "Who", "Note"), lines, (18, 40, 16, 38))
    document.heading("Backups")
    document.bullets(pack.backups)
    document.heading("What comes next")
    document.bullets(pack.next)
    document.heading("What you can ask for")
    document.rows(("Request", "What it is", "Who does it"), _offers(pack), (30, 56, 36))
    return document.as_bytes()


def _offers(pack: Pack) -> list[tuple[str, str, str]]:
    return [(one.title, one.what, one.coverage) for one in pack.offers]


def _title_block(document: Document, pack: Pack) -> None:
    document.text_line(f"From {pack.provider}. Holds no credentials.", muted=True)
    document.ln(3)
    block = [
        ("Customer", pack.customer),
        ("Environment", f"{pack.environment} ({pack.kind})"),
        ("Version", pack.version),
        ("As of", f"{pack.as_of:%A %d %B %Y, %H:%M} UTC"),
        ("Reference", pack.reference),
        *pack.facts,
    ]
    document.rows(("Hand-over pack", ""), block, (30, 90))


def _products(document: Document, pack: Pack) -> None:
    document.heading("Products")
    rows = [(f"{one.name} {one.version}", one.pattern, one.url) for one in pack.products]
    document.rows(("Product", "Pattern", "Console"), rows, (34, 26, 62))


def _names(document: Document, pack: Pack) -> None:
    document.heading("Names and addresses")
    document.text_line("The same as a zone file and as a table are beside this document.", muted=True)
    document.rows(("Name", "Address"), [(one.hostname, one.address) for one in pack.products], (80, 40))


def _ports(document: Document, pack: Pack) -> None:
    document.heading("Ports")
    if not pack.ports:
        document.text_line("No firewall of yours is between you and this environment.")
        return
    rows = [
        (
            DIRECTIONS[row["direction"]],
            str(row["source"]),
            str(row["target"]),
            f"{row['protocol']} {row['port']}" if row["port"] is not None else str(row["protocol"]),
            str(row["purpose"]),
            str(row["state"]),
        )
        for row in pack.ports
    ]
    document.rows(("Direction", "From", "To", "Port", "Purpose", "State"), rows, (26, 24, 28, 15, 30, 13))
