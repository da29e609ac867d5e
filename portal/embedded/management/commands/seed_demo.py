"""Fill an empty portal with sample customers, one at each stage."""

from concurrent.futures import ThreadPoolExecutor
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import connection

from portal.accounts.models import User
from portal.embedded.aws_stand_in.accounts import CUSTOMER_ACCOUNTS
from portal.embedded.seed.journey import Journey
from portal.embedded.seed.people import create_staff
from portal.embedded.seed.stories import STORIES, Story, open_for


class Command(BaseCommand):
    help = "Fill an empty portal with sample people and customers, provisioned in the AWS stand-in."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--if-empty", action="store_true", help="do nothing where there are people already")

        parser.add_argument("--people", action="store_true", help="only the provider's people, no customers")

    def handle(self, *args: Any, **options: Any) -> None:
        if User.objects.exists():
            if options["if_empty"]:
                return
            raise CommandError("The portal already has people. Sample data goes only into an empty one.")
        accounts = {account.account_id: account for account in CUSTOMER_ACCOUNTS}
        staff = create_staff()
        if options["people"]:
            return
        opened = [(story, open_for(story, accounts[story.account_id], staff)) for story in STORIES]
        with ThreadPoolExecutor(len(opened)) as together:  # most of a run on the stand-in is waiting
            for story, told in [(story, together.submit(_tell, story, journey)) for story, journey in opened]:
                told.result()
                self.stdout.write(f"  {accounts[story.account_id].name}: {story.title}")


def _tell(story: Story, journey: Journey) -> None:
    try:
        story.tell(journey)
    finally:
        connection.close()  # this thread's own
