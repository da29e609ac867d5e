"""Whom alerts reach: an encrypted topic, and the people who confirmed that they want them (S23, S25). Production only."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import timedelta
from typing import Any

from environments.provisioning import names
from environments.provisioning.collection import Collection, There
from environments.provisioning.ports import CallFailed, Failure
from environments.provisioning.specification import Spec
from environments.provisioning.step import CUSTOMER, Context, Finding, Pending, Ready, Wanted
from environments.provisioning.steps import keys

_BY = {"email": "e-mail", "sms": "SMS"}
_NOT_CONFIRMED = ("PendingConfirmation", "pending confirmation")
_GONE = "Deleted"


class AlertTopic(Collection):
    """The topic that alarms write to. A create of the same name gives the same topic. outputs: {"topic_arn": ARN}"""

    key = "alert_topic"
    title = "Alert topic"
    doing = "Creating the alert topic"
    done = "Created the alert topic"
    requires = ("encryption_key",)
    permissions = (
        "sns:CreateTopic",
        "sns:DeleteTopic",
        "sns:GetTopicAttributes",
        "sns:SetTopicAttributes",
        "sns:TagResource",
    )

    def applies(self, spec: Spec) -> bool:
        return spec.is_production

    def wanted(self, spec: Spec) -> Sequence[Wanted]:
        return (Wanted("sns_topic", names.of(spec, "alerts"), {"encrypted_with": keys.alias(spec)}),)

    def look(self, ctx: Context) -> Mapping[str, There]:
        arn = topic_arn(ctx)
        try:
            used = ctx.customer.read("sns", "get_topic_attributes", TopicArn=arn)["Attributes"].get(
                "KmsMasterKeyId", ""
            )
        except CallFailed as failed:
            if failed.failure == Failure.MISSING:
                return {}
            raise
        ours = used and used == ctx.outputs.get("encryption_key", {}).get("key_arn")
        told = keys.alias(ctx.spec) if ours else used or "nothing"
        return {names.of(ctx.spec, "alerts"): There(arn, {"encrypted_with": told})}

    def make(self, ctx: Context, wanted: Wanted) -> There:
        answer = ctx.customer.change(
            "sns",
            "create_topic",
            Name=wanted.name,
            Attributes={"KmsMasterKeyId": ctx.outputs["encryption_key"]["key_arn"]},
            Tags=names.listed(names.tags(ctx.spec, self.key)),
        )
        return There(answer["TopicArn"], wanted.attributes)

    def mend(self, ctx: Context, wanted: Wanted, there: There) -> There:
        key = ctx.outputs["encryption_key"]["key_arn"]
        ctx.customer.change(
            "sns",
            "set_topic_attributes",
            TopicArn=there.aws_id,
            AttributeName="KmsMasterKeyId",
            AttributeValue=key,
        )
        return There(there.aws_id, wanted.attributes)

    def unmake(self, ctx: Context, name: str, there: There) -> None:
        ctx.customer.change("sns", "delete_topic", TopicArn=there.aws_id)

    def outputs(self, ctx: Context, there: Mapping[str, There]) -> dict[str, Any]:
        return {"topic_arn": topic_arn(ctx)}


class AlertRecipients(Collection):
    """Each address confirms that it wants alerts. SNS takes an address back that stays silent for three days, and then it is
    asked again. What else people subscribe to the topic is theirs. outputs: {"recipients": how many, "subscriptions": the
    subscription of each address}

    To subscribe an address again does no harm in AWS but sends another message to a person, so a subscription that is not shown
    yet is waited for like a create that has no token.
    """

    key = "alert_recipients"
    title = "Recipients of alerts"
    doing = "Asking the recipients of alerts to confirm"
    done = "Confirmed by all recipients of alerts"
    requires = ("alert_topic",)
    settles = True
    waits_for = CUSTOMER
    expected = timedelta(hours=4)
    simulated = "On the stand-in everybody has confirmed at once, and no message goes out."
    permissions = ("sns:ListSubscriptionsByTopic", "sns:Subscribe", "sns:Unsubscribe")

    def applies(self, spec: Spec) -> bool:
        return spec.is_production

    def wanted(self, spec: Spec) -> Sequence[Wanted]:
        monitoring = spec.monitoring
        given = [
            *(("email", one) for one in monitoring.alert_emails),
            *(("sms", one) for one in monitoring.alert_phones),
        ]
        return tuple(Wanted("sns_subscription", address, {"by": _BY[protocol]}) for protocol, address in given)

    def look(self, ctx: Context) -> Mapping[str, There]:
        topic = ctx.outputs["alert_topic"]["topic_arn"]
        rows = ctx.customer.pages("sns", "list_subscriptions_by_topic", "Subscriptions", TopicArn=topic)
        wanted = {one.name for one in self.wanted(ctx.spec)}
        return {
            row["Endpoint"]: _subscription(ctx, row["Protocol"], row["SubscriptionArn"])
            for row in rows
            if row["Protocol"] in _BY
            and row["SubscriptionArn"] != _GONE
            and (row["Endpoint"] in wanted or row["SubscriptionArn"] not in _NOT_CONFIRMED)
        }

    def make(self, ctx: Context, wanted: Wanted) -> There:
        protocol = next(key for key, told in _BY.items() if told == wanted.attributes["by"])
        topic = ctx.outputs["alert_topic"]["topic_arn"]
        answer = ctx.customer.change("sns", "subscribe", TopicArn=topic, Protocol=protocol, Endpoint=wanted.name)
        return _subscription(ctx, protocol, answer["SubscriptionArn"])

    def unmake(self, ctx: Context, name: str, there: There) -> None:
        ctx.customer.change("sns", "unsubscribe", SubscriptionArn=there.aws_id)

    def remove(self, ctx: Context) -> None:
        """They go with the topic."""

    def observe_removal(self, ctx: Context) -> Finding:
        return Ready()

    def _judge(self, ctx: Context, there: Mapping[str, There]) -> Finding:
        found = super()._judge(ctx, there)
        if not isinstance(found, Pending):
            return found
        missing = ", ".join(sorted(name for name, one in there.items() if one.pending))
        reason = (
            f"Not confirmed yet: {missing}. Each of them got a message from AWS with a link to confirm; after three days "
            "without an answer we have AWS send another."
        )
        return replace(found, reason=reason)

    def outputs(self, ctx: Context, there: Mapping[str, There]) -> dict[str, Any]:
        return {"recipients": len(there), "subscriptions": {name: one.aws_id for name, one in there.items()}}


def topic_arn(ctx: Context) -> str:
    """Return the topic's ARN, which is known before the topic stands."""
    return f"arn:aws:sns:{ctx.customer.region}:{ctx.customer.account_id}:{names.of(ctx.spec, 'alerts')}"


def confirmed(rows: Iterable[Mapping[str, Any]]) -> dict[str, str]:
    """Return whom alerts reach, each address with its subscription, of what SNS lists."""
    return {
        row["Endpoint"]: row["SubscriptionArn"]
        for row in rows
        if row["Protocol"] in _BY and row["SubscriptionArn"] not in (*_NOT_CONFIRMED, _GONE)
    }


def _subscription(ctx: Context, protocol: str, arn: str) -> There:
    waits = Pending(CUSTOMER, "", ctx.poll_customer) if arn in _NOT_CONFIRMED else None
    return There(arn, {"by": _BY[protocol]}, pending=waits)
