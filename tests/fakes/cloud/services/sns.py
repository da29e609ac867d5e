"""SNS: topics, and subscriptions that the people addressed confirm."""

from typing import Any

from tests.fakes.cloud import Call, Cloud, answers, when_people_act

WAITING = "PendingConfirmation"


def _topic(call: Call, arn: str) -> dict[str, Any]:
    return call.row("topic", arn, "NotFound")


@when_people_act
def everybody_confirms(cloud: Cloud) -> None:
    for row in cloud.rows("sns", "subscription"):
        if row["SubscriptionArn"] == WAITING:
            row["SubscriptionArn"] = cloud.new_id(f"{row['TopicArn']}:")


@answers("sns.create_topic")
def create_topic(call: Call, *, Name: str, Attributes: Any, Tags: Any = None) -> Any:
    arn = f"arn:aws:sns:{call.region}:{call.account_id}:{Name}"
    if arn not in call.table("topic"):
        call.add("topic", arn, {"Attributes": {"TopicArn": arn, **Attributes}})
    return {"TopicArn": arn}


@answers("sns.get_topic_attributes")
def get_topic_attributes(call: Call, *, TopicArn: str) -> Any:
    return _topic(call, TopicArn)


@answers("sns.set_topic_attributes")
def set_topic_attributes(call: Call, *, TopicArn: str, AttributeName: str, AttributeValue: str) -> Any:
    _topic(call, TopicArn)["Attributes"][AttributeName] = AttributeValue
    return {}


@answers("sns.delete_topic")
def delete_topic(call: Call, *, TopicArn: str) -> Any:
    call.table("topic").pop(TopicArn, None)
    subscriptions = call.table("subscription")
    for key in [key for key, row in subscriptions.items() if row["TopicArn"] == TopicArn]:
        del subscriptions[key]
    return {}


@answers("sns.subscribe")
def subscribe(call: Call, *, TopicArn: str, Protocol: str, Endpoint: str) -> Any:
    """A phone needs no confirmation; an e-mail address is asked."""
    _topic(call, TopicArn)
    key = f"{TopicArn}/{Protocol}/{Endpoint}"
    if key not in call.table("subscription"):
        arn = WAITING if Protocol == "email" else call.new_id(f"{TopicArn}:")
        row = {"TopicArn": TopicArn, "Protocol": Protocol, "Endpoint": Endpoint, "SubscriptionArn": arn}
        call.add("subscription", key, row)
    arn = call.table("subscription")[key]["SubscriptionArn"]
    return {"SubscriptionArn": "pending confirmation" if arn == WAITING else arn}


@answers("sns.list_subscriptions_by_topic")
def list_subscriptions_by_topic(call: Call, *, TopicArn: str) -> Any:
    _topic(call, TopicArn)
    return {"Subscriptions": [row for row in call.table("subscription").values() if row["TopicArn"] == TopicArn]}


@answers("sns.unsubscribe")
def unsubscribe(call: Call, *, SubscriptionArn: str) -> Any:
    table = call.table("subscription")
    for key in [key for key, row in table.items() if row["SubscriptionArn"] == SubscriptionArn]:
        del table[key]
    return {}


@answers("sns.publish")
def publish(call: Call, *, TopicArn: str, Subject: str, Message: str) -> Any:
    _topic(call, TopicArn)
    id = call.new_id("message-")
    call.add("message", id, {"TopicArn": TopicArn, "Subject": Subject, "Message": Message})
    return {"MessageId": id}
