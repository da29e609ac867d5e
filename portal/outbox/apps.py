from importlib import import_module

from django.apps import AppConfig


class OutboxConfig(AppConfig):
    name = "portal.outbox"
    label = "outbox"
    verbose_name = "Outbox"

    def ready(self) -> None:
        # The web process names tasks too.
        import_module("portal.outbox.tasks")
        import_module("portal.outbox.own_events")
