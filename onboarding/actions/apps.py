from importlib import import_module

from django.apps import AppConfig


class ActionsConfig(AppConfig):
    name = "onboarding.actions"
    label = "customer_actions"
    verbose_name = "Customer actions"

    def ready(self) -> None:
        # The web process names tasks too; receivers listen from now on.
        import_module("onboarding.actions.events")
        import_module("onboarding.actions.receivers")
        import_module("onboarding.actions.tasks")
