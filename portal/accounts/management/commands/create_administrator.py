from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from portal.accounts.services import invitations
from portal.core.errors import DomainError, Invalid


class Command(BaseCommand):
    help = "Print a one-time link by which the first administrator of a new installation sets name and password."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--email", required=True)

    def handle(self, *args: Any, email: str, **options: Any) -> None:
        try:
            link = invitations.bootstrap(email=email)
        except Invalid as error:
            raise CommandError("; ".join(problem.message for problem in error.problems)) from error
        except DomainError as error:
            raise CommandError(f"{error.message} {error.remedy}".strip()) from error
        self.stdout.write(link)
