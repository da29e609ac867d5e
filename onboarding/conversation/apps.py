from importlib import import_module

from django.apps import AppConfig


class ConversationConfig(AppConfig):
    name = "onboarding.conversation"
    label = "conversation"
    verbose_name = "Conversation"

    def ready(self) -> None:
        # What people are told of is known from now on.
        import_module("onboarding.conversation.events")
