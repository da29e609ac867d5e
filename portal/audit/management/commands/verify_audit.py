from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from portal.audit import verifier


class Command(BaseCommand):
    help = "Verify every chain of the audit record; end with status 1 when one is broken."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--chain", help="one chain only: a customer's id, or provider")

    def handle(self, *args: Any, chain: str | None = None, **options: Any) -> None:
        chains = [verifier.verify_chain(chain)] if chain else verifier.verify()
        breaks = [found.broken for found in map(self._report, chains) if found.broken]
        if breaks:
            raise CommandError("\n".join(f"broken: {found}" for found in breaks), returncode=1)

    def _report(self, chain: verifier.Chain) -> verifier.Chain:
        if not chain.broken:
            self.stdout.write(f"whole: {chain.name}, {chain.length} events, digest {chain.digest}")
        return chain
