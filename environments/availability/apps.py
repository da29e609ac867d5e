from importlib import import_module

from django.apps import AppConfig


class AvailabilityConfig(AppConfig):
    name = "environments.availability"
    label = "availability"
    verbose_name = "Availability"

    def ready(self) -> None:
        # The web process names tasks too; what people are told of is known from now on.
        for module in ("events", "tasks"):
            import_module(f"environments.availability.{module}")
