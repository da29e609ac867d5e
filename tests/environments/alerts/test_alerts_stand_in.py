"""A test alert published in the customer's account by the role of the access template, with IAM enforced."""

from typing import Any

import pytest

from environments.alerts import models as alerts
from environments.alerts.services import links, publishing
from environments.alerts.states import AlertState
from environments.provisioning import permissions
from environments.provisioning.steps import STEPS
from environments.services import stand_in as acts
from portal.core import clock
from portal.embedded.aws_stand_in.accounts import CUSTOMER_ACCOUNTS, CUSTOMER_ADMINISTRATOR
from portal.outbox.models import MailboxMessage
from tests.aws import RunningStandIn
from tests.factories import environments, people

pytestmark = pytest.mark.django_db(transaction=True)

ACCOUNT = CUSTOMER_ACCOUNTS[0]


def test_role_of_the_template_may_publish_and_the_mailbox_shows_what_arrived(
    stand_in: RunningStandIn, settings: Any
) -> None:
    settings.AWS_STAND_IN_CUSTOMER_ROLE = CUSTOMER_ADMINISTRATOR
    made = environments.environment(account_id=ACCOUNT.account_id, region=ACCOUNT.region)
    acts.create_role(made, by=people.engineer())
    sns = stand_in.customer(ACCOUNT, "sns")
    topic = sns.create_topic(Name="wso2-tested-alerts")["TopicArn"]
    sns.subscribe(TopicArn=topic, Protocol="email", Endpoint="night@acme.example")
    now = clock.now()
    alert = alerts.TestAlert.objects.create(
        customer=made.customer,
        environment=made,
        topic=topic,
        requested_by=people.engineer(),
        requested_at=now,
        expires_at=now + alerts.LIFETIME,
    )

    with stand_in.enforce_iam():
        publishing.publish(alert.pk)

    alert.refresh_from_db()
    assert (alert.state, alert.failure) == (AlertState.SENT, {})
    assert alert.message_id
    mail = MailboxMessage.objects.get(recipient="night@acme.example")
    assert mail.text.startswith("(Simulated: on AWS, Amazon SNS would send this.)")
    token = mail.text.partition("/test-alerts/")[2].partition("/")[0]
    assert links.confirm(token).state == AlertState.CONFIRMED


def test_template_states_what_publishing_to_an_encrypted_topic_needs() -> None:
    assert {"kms:Decrypt", "kms:GenerateDataKey", "sns:Publish"} <= set(permissions.actions(STEPS))
    assert not any("sns:Publish" in step.permissions for step in STEPS)
