from importlib import import_module

from django.apps import AppConfig


class RequestsConfig(AppConfig):
    name = "onboarding.requests"
    label = "service_requests"
    verbose_name = "Service requests"

    def ready(self) -> None:
        # What people are told of is known from now on.
        import_module("onboarding.requests.events")
