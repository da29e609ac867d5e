from importlib import import_module

from django.apps import AppConfig


class ReportsConfig(AppConfig):
    name = "onboarding.reports"
    label = "reports"
    verbose_name = "Reports"

    def ready(self) -> None:
        # The web process names tasks too; receivers listen from now on.
        import_module("onboarding.reports.events")
        import_module("onboarding.reports.receivers")
        import_module("onboarding.reports.tasks")
