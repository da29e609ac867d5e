from importlib import import_module
from pathlib import Path

from django.apps import AppConfig
from django.conf import settings


class CoreConfig(AppConfig):
    name = "portal.core"
    label = "core"
    verbose_name = "Core"

    def ready(self) -> None:
        import_module("portal.core.checks")
        # The folder broker does not make its own folders.
        for option in ("data_folder_in", "data_folder_out", "control_folder"):
            folder = settings.CELERY_BROKER_TRANSPORT_OPTIONS.get(option)
            if folder:
                Path(str(folder)).mkdir(parents=True, exist_ok=True)
