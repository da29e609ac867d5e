from importlib import import_module

from django.apps import AppConfig


class ClocksConfig(AppConfig):
    name = "onboarding.clocks"
    label = "clocks"
    verbose_name = "Clocks"

    def ready(self) -> None:
        # The web process names tasks too; receivers listen from now on.
        import_module("onboarding.clocks.events")
        import_module("onboarding.clocks.receivers")
        import_module("onboarding.clocks.tasks")
