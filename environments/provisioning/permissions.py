"""Which IAM actions the portal uses: the one source of the roles that the customer creates and of what the tests watch."""

from collections.abc import Iterable

from environments.provisioning.step import Step

BESIDE_STEPS = (
    "cloudtrail:DescribeTrails",
    "cloudwatch:DescribeAlarmHistory",
    "kms:Decrypt",
    "kms:GenerateDataKey",
    "servicequotas:GetServiceQuota",
    "sns:Publish",
)
"""What the portal does in the customer's account although no step does it: it reads quotas, how many trails there are, and how
the health alarms were, and publishes a test alert to an encrypted topic, for which SNS uses the topic's key on the publisher's
behalf. Source: SNS Developer Guide, "Managing encryption keys and costs"."""


def actions(steps: Iterable[Step]) -> tuple[str, ...]:
    """Return the actions that are needed in the customer's account, by these steps and beside them, each once, in order."""
    return tuple(sorted({*BESIDE_STEPS, *(action for step in steps for action in step.permissions)}))


def provider_actions(steps: Iterable[Step]) -> tuple[str, ...]:
    """Return the actions that these steps need in the provider's account, each once, in order."""
    return tuple(sorted({action for step in steps for action in step.provider_permissions}))
