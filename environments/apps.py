from django.apps import AppConfig


class EnvironmentsConfig(AppConfig):
    name = "environments"
    label = "environments"
    verbose_name = "Environments"

    def ready(self) -> None:
        # The web process names tasks too; what people are told of is known from now on.
        from environments import events, tasks  # noqa: F401
