from dataclasses import replace

import pytest

from environments.provisioning.specification import Monitoring
from environments.provisioning.step import CUSTOMER, Drifted, Missing, Pending, Ready
from environments.provisioning.steps.alerts import AlertRecipients, AlertTopic
from environments.provisioning.steps.keys import alias
from tests.environments.steps.conftest import Bench
from tests.fakes.engine import spec

TOPIC, RECIPIENTS = AlertTopic(), AlertRecipients()
EVERYBODY = {"operations@acme.example", "night@acme.example", "+442079460958"}


@pytest.fixture
def ready(bench) -> Bench:
    bench.make_required(RECIPIENTS)
    bench.forget()
    return bench


@pytest.fixture
def asking(memory_bench) -> Bench:
    """In memory: on the stand-in everybody has confirmed at once."""
    memory_bench.make_required(RECIPIENTS)
    assert isinstance(RECIPIENTS.apply(memory_bench.context, Missing()), Pending)
    memory_bench.forget()
    return memory_bench


def _subscribed(bench):
    topic = bench.outputs["alert_topic"]["topic_arn"]
    rows = bench.customer.pages("sns", "list_subscriptions_by_topic", "Subscriptions", TopicArn=topic)
    return {row["Endpoint"] for row in rows}


def test_topic_is_encrypted_with_the_key_of_the_environment(bench):
    bench.make_required(TOPIC)
    bench.forget()
    assert isinstance(TOPIC.apply(bench.context, Missing()), Ready)
    assert (bench.reads, bench.changes) == ([], ["sns.create_topic"])
    arn = bench.make(TOPIC).outputs["topic_arn"]
    attributes = bench.customer.read("sns", "get_topic_attributes", TopicArn=arn)["Attributes"]
    assert attributes["KmsMasterKeyId"] == bench.outputs["encryption_key"]["key_arn"]


def test_second_apply_of_the_topic_takes_one_read(ready):
    ready.apply(TOPIC)
    assert (ready.reads, ready.changes) == (["sns.get_topic_attributes"], [])


def test_topic_without_its_key_is_encrypted_again(ready):
    arn = ready.outputs["alert_topic"]["topic_arn"]
    other = {"AttributeName": "KmsMasterKeyId", "AttributeValue": "alias/other"}
    ready.customer.change("sns", "set_topic_attributes", TopicArn=arn, **other)
    found = TOPIC.observe(ready.context)
    assert isinstance(found, Drifted)
    assert found.changes[0].differences == (f"encrypted with is alias/other instead of {alias(ready.spec)}",)
    ready.make(TOPIC)
    assert isinstance(TOPIC.observe(ready.context), Ready)


def test_everybody_named_is_asked_once(ready):
    if ready.in_memory:
        assert isinstance(RECIPIENTS.apply(ready.context, Missing()), Pending)
        ready.memory.act_as_customer()
    else:
        assert isinstance(RECIPIENTS.apply(ready.context, Missing()), Ready)
    assert (ready.reads, ready.changes) == ([], ["sns.subscribe"] * 3)
    assert _subscribed(ready) == EVERYBODY
    outputs = ready.make(RECIPIENTS).outputs
    assert (outputs["recipients"], set(outputs["subscriptions"])) == (3, EVERYBODY)
    ready.forget()
    ready.apply(RECIPIENTS)
    assert (ready.reads, ready.changes) == (["sns.list_subscriptions_by_topic"], [])


def test_wait_says_who_has_not_confirmed(asking):
    found = RECIPIENTS.observe(asking.context)
    assert isinstance(found, Pending)
    assert found.waits_on == CUSTOMER
    assert found.reason.startswith("Not confirmed yet: night@acme.example, operations@acme.example.")
    rows = asking.memory.rows("sns", "subscription")
    next(row for row in rows if row["Endpoint"].startswith("night"))["SubscriptionArn"] = "arn:confirmed"
    found = RECIPIENTS.observe(asking.context)
    assert isinstance(found, Pending)
    assert found.reason.startswith("Not confirmed yet: operations@acme.example.")
    assert asking.changes == []


def test_silent_address_is_asked_again_after_aws_took_it_back(asking):
    topic = asking.outputs["alert_topic"]["topic_arn"]
    table = asking.memory.world("sns").tables[(asking.spec.customer_account_id, "eu-west-1", "subscription")]
    del table[f"{topic}/email/night@acme.example"]
    found = RECIPIENTS.observe(asking.context)
    assert isinstance(found, Drifted)
    assert found.differences == ("There is no sns subscription night@acme.example",)
    RECIPIENTS.apply(asking.context, found)
    assert asking.changes == ["sns.subscribe"]


def test_address_that_is_no_longer_named_gets_no_more_alerts(ready):
    if ready.in_memory:
        RECIPIENTS.apply(ready.context, Missing())
        ready.memory.act_as_customer()
    ready.make(RECIPIENTS)
    ready.spec = replace(ready.spec, monitoring=Monitoring(alert_emails=("operations@acme.example",)))
    ready.make(RECIPIENTS)
    assert _subscribed(ready) == {"operations@acme.example"}


def test_what_others_subscribe_to_the_topic_is_theirs(ready):
    if ready.in_memory:
        RECIPIENTS.apply(ready.context, Missing())
        ready.memory.act_as_customer()
    ready.make(RECIPIENTS)
    topic = ready.outputs["alert_topic"]["topic_arn"]
    ready.customer.change("sns", "subscribe", TopicArn=topic, Protocol="https", Endpoint="https://acme.example/hook")
    assert isinstance(RECIPIENTS.observe(ready.context), Ready)


def test_tear_down_leaves_nothing_and_may_be_repeated(ready):
    RECIPIENTS.apply(ready.context, Missing())
    for step in (RECIPIENTS, TOPIC):
        ready.tear_down(step)
        step.remove(ready.context)
    assert isinstance(TOPIC.observe(ready.context), Missing)
    if ready.in_memory:
        assert ready.memory.rows("sns", "subscription") == []


def test_non_production_alerts_nobody():
    test = replace(spec(), kind="test")
    assert not TOPIC.applies(test)
    assert not RECIPIENTS.applies(test)
