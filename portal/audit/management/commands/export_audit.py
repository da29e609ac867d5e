import json
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand
from django.forms.models import model_to_dict

from portal.audit.models import AuditEvent


class Command(BaseCommand):
    help = "Write the audit record as JSON lines: every event, in the order of its chain."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--chain", help="one chain only: a customer's id, or provider")

    def handle(self, *args: Any, chain: str | None = None, **options: Any) -> None:
        events = AuditEvent.objects.order_by("chain", "sequence")
        if chain:
            events = events.filter(chain=chain)
        for event in events.iterator(chunk_size=1_000):
            # `id` is not editable, and `model_to_dict` leaves out what is not.
            said = {"id": event.pk, **model_to_dict(event)}
            self.stdout.write(json.dumps(said, default=str, sort_keys=True, ensure_ascii=False))
