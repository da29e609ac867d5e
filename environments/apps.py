from django.apps import AppConfig


class EnvironmentsConfig(AppConfig):
    name = "environments"
    label = "environments"
    verbose_name = "Environments"

    def ready(self) -> None:
        from environments import tasks  # noqa: F401 - the web process names tasks too
