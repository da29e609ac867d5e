"""Read the reports of mail that came back: one from standard input, or what is new in a maildir."""

import mailbox
import sys
from argparse import ArgumentParser
from collections import Counter
from collections.abc import Iterator
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from portal.outbox import bounces

_LARGEST = 1024 * 1024
"""Bytes of a report that are read; what it encloses after that says nothing more."""


class Command(BaseCommand):
    help = (
        "Notes mail that came back (RFC 3464): one report from standard input, or with --maildir every new one there."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--maildir", help="a maildir; what was read moves from its new/ to its cur/")

    def handle(self, *args: Any, maildir: str | None = None, **options: Any) -> None:
        found = Counter(bounces.read(raw) for raw in (_of_maildir(maildir) if maildir else _of_input()))
        self.stdout.write(
            ", ".join(f"{number} {outcome}" for outcome, number in sorted(found.items())) or "nothing new"
        )


def _of_input() -> Iterator[bytes]:
    yield sys.stdin.buffer.read(_LARGEST)


def _of_maildir(path: str) -> Iterator[bytes]:
    """Yield every new message, and mark it seen once it was read: what fails in between is read again."""
    try:
        folder = mailbox.Maildir(path, create=False)
    except mailbox.NoSuchMailboxError:
        raise CommandError(f"There is no maildir at {path}.") from None
    for key in folder.keys():  # noqa: SIM118 - iterating a mailbox yields messages
        message = folder.get_message(key)
        if message.get_subdir() != "new":
            continue
        yield folder.get_bytes(key)[:_LARGEST]
        message.set_subdir("cur")
        message.add_flag("S")
        folder[key] = message
