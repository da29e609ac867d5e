"""Which files are taken, how large, and how they begin."""

from pathlib import PurePosixPath

LARGEST_BYTES = 5 * 1024 * 1024
LONGEST_NAME = 120
_TEXT = b""
_KINDS: dict[str, tuple[str, bytes]] = {
    ".pdf": ("application/pdf", b"%PDF-"),
    ".png": ("image/png", b"\x89PNG\r\n\x1a\n"),
    ".jpg": ("image/jpeg", b"\xff\xd8\xff"),
    ".jpeg": ("image/jpeg", b"\xff\xd8\xff"),
    ".txt": ("text/plain; charset=utf-8", _TEXT),
    ".log": ("text/plain; charset=utf-8", _TEXT),
    ".csv": ("text/csv; charset=utf-8", _TEXT),
    ".json": ("application/json", _TEXT),
}
"""By the ending of its name, what a file is served as, and how it has to begin: what a browser could run is not among them."""
ACCEPTED = ", ".join(_KINDS)


def base_name(name: str) -> str:
    """Return the name without the folders that some browsers send with it."""
    return PurePosixPath(name.replace("\\", "/")).name.strip()


def content_type(name: str) -> str:
    """Return what an accepted file is served as."""
    return _KINDS[_ending(name)][0]


def problem(name: str, content: bytes) -> str:
    """Return why this file is not taken, empty where it is. `name` is a `base_name`."""
    if not name.isprintable() or not 1 <= len(name) <= LONGEST_NAME:
        return f"Give the file a name of 1 to {LONGEST_NAME} printable characters"
    if _ending(name) not in _KINDS:
        return f"Add a file of one of these kinds: {ACCEPTED}"
    if not content:
        return "The file is empty. Add one that shows what you saw"
    if len(content) > LARGEST_BYTES:
        return f"The file is larger than {LARGEST_BYTES // 1024**2} MB. Add the part that shows what you saw"
    if not _is_what_it_says(name, content):
        return f"The content of this file is not what its name says ({_ending(name)})"
    return ""


def _ending(name: str) -> str:
    return PurePosixPath(name.lower()).suffix


def _is_what_it_says(name: str, content: bytes) -> bool:
    beginning = _KINDS[_ending(name)][1]
    if beginning:
        return content.startswith(beginning)
    try:
        return "\x00" not in content.decode("utf-8")
    except UnicodeDecodeError:
        return False
