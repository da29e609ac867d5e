from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from portal.vault import rotation


class Command(BaseCommand):
    help = (
        "Wrap the data keys of all secrets by the newest master key. The portal may serve meanwhile; stopped in the middle, "
        "run it again. When it reports that none is left, an older master key may be put away."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--new-key", action="store_true", help="first make a new master key (file keyring only)")

    def handle(self, *args: Any, new_key: bool = False, **options: Any) -> None:
        if new_key:
            self.stdout.write(f"new master key: {rotation.add_key()}")
        done = rotation.rewrap()
        left = rotation.left_on_older_keys()
        self.stdout.write(f"rewrapped: {done.rewrapped}")
        for key_id, count in left.items():
            self.stdout.write(f"left on {key_id}: {count}")
        if done.failed:
            raise CommandError(f"did not open, left as they are: {', '.join(done.failed)}")
