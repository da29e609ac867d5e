from django.apps import AppConfig


class OnboardingConfig(AppConfig):
    name = "onboarding"
    label = "onboarding"
    verbose_name = "Onboarding"

    def ready(self) -> None:
        from onboarding import checklist_receivers, events, handed_over, receivers, tasks, undeliverable  # noqa: F401
