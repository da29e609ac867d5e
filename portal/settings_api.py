"""Settings of the API and of its schema, which `settings` puts together."""

from typing import Any

_ENUM_NAMES: dict[str, Any] = {
    "CustomerRole": "portal.accounts.states.CustomerRole",
    "StaffRole": "portal.accounts.states.StaffRole",
    "EventKind": "portal.outbox.states.Kind",
    "MessageChannel": "portal.outbox.states.Channel",
    "Stage": "onboarding.states.Stage",
    "SectionState": "onboarding.states.SectionState",
    "HandOverState": "onboarding.states.HandOverState",
    "CheckVerdict": "onboarding.states.CheckVerdict",
    "EnvironmentKind": "environments.states.EnvironmentKind",
    "PlanPurpose": "environments.states.PlanPurpose",
    "TearDownPurpose": (("tear_down", "Tear down"), ("reset", "Reset")),
    "PlanState": "environments.states.PlanState",
    "RunState": "environments.states.RunState",
    "StepState": "environments.states.StepState",
    "ItemKind": "environments.states.ItemKind",
    "ItemState": "environments.states.ItemState",
    "Owner": "environments.states.Owner",
    "ItemOwner": "environments.states.ItemOwner",
    "TemplateState": "environments.states.TemplateState",
    "ActionState": "onboarding.actions.states.ActionState",
    "ClockKind": "onboarding.clocks.models.Clock.Kind",
    "DecisionKind": "onboarding.conversation.states.DecisionKind",
    "DecisionState": "onboarding.conversation.states.DecisionState",
    "RequestState": "onboarding.requests.states.RequestState",
    "Party": "onboarding.requests.states.Party",
}
"""What the schema calls each list of choices that several fields share."""


def rest_framework(*, rate: str) -> dict[str, Any]:
    """`rate` is how often a person may call, such as `600/min`."""
    return {
        "DEFAULT_AUTHENTICATION_CLASSES": [
            "portal.accounts.api.authentication.TokenAuthentication",
            "portal.accounts.api.authentication.SessionAuthentication",
        ],
        "DEFAULT_PERMISSION_CLASSES": ["rest_framework.permissions.IsAuthenticated"],
        "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
        "DEFAULT_PARSER_CLASSES": ["rest_framework.parsers.JSONParser"],
        "DEFAULT_PAGINATION_CLASS": "portal.core.pagination.CursorPagination",
        "DEFAULT_SCHEMA_CLASS": "portal.core.schema.PortalSchema",
        "EXCEPTION_HANDLER": "portal.core.problems.exception_handler",
        "DEFAULT_THROTTLE_CLASSES": ["portal.core.throttling.ApiThrottle"],
        "DEFAULT_THROTTLE_RATES": {"api": rate},
        "TEST_REQUEST_DEFAULT_FORMAT": "json",
    }


def schema(*, provider: str) -> dict[str, Any]:
    return {
        "TITLE": f"{provider} onboarding portal",
        "DESCRIPTION": "Everything the portal's pages do, for integrations. See docs/api.md for the conventions.",
        "VERSION": "1",
        "OAS_VERSION": "3.1.0",
        "SERVE_INCLUDE_SCHEMA": False,
        "COMPONENT_SPLIT_REQUEST": True,
        "SCHEMA_PATH_PREFIX": "/api/v1",
        "SWAGGER_UI_DIST": "SIDECAR",
        "SWAGGER_UI_FAVICON_HREF": "SIDECAR",
        "SERVE_PERMISSIONS": ["rest_framework.permissions.IsAuthenticated"],
        "ENUM_NAME_OVERRIDES": _ENUM_NAMES,
    }
