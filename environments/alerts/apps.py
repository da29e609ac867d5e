from importlib import import_module

from django.apps import AppConfig


class AlertsConfig(AppConfig):
    name = "environments.alerts"
    label = "alerts"
    verbose_name = "Test alerts"

    def ready(self) -> None:
        # The web process names tasks too; what people are told of, and the evidence of a checklist, are known from now on.
        for module in ("events", "evidence", "tasks"):
            import_module(f"environments.alerts.{module}")
