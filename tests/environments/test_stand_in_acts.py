"""What a page may do in the customer's place, where a stand-in takes AWS's."""

import pytest

from environments.models import Run
from environments.provisioning.specification import Spec
from environments.services import access, lookups, runs, steering
from environments.services import stand_in as acts
from environments.states import RunState
from portal.audit.models import AuditEvent
from portal.core.errors import Conflict, Forbidden, NotFound
from portal.embedded.aws_stand_in import accounts
from tests.aws import RunningStandIn
from tests.factories import environments, people

pytestmark = pytest.mark.django_db(transaction=True)
NORTHWIND = accounts.CUSTOMER_ACCOUNTS[0]


@pytest.fixture
def production(stand_in: RunningStandIn, settings):
    settings.AWS_STAND_IN_CUSTOMER_ROLE = accounts.CUSTOMER_ADMINISTRATOR
    return environments.environment(
        account_id=NORTHWIND.account_id, vpc_id=NORTHWIND.production_vpc_id, cidr=NORTHWIND.production_cidr
    )


def test_whole_way_as_the_customer_would_go_it(production, stand_in):
    contact = people.contact(production.customer)
    run = environments.run(production)
    runs.advance(run.pk)
    assert run.steps.get(key="customer_access").state == "waiting"

    acts.create_role(production, by=contact)
    runs.advance(run.pk)
    while run.steps.get(key="peering_acceptance").waits_on != "customer":
        steering.look_again(Run.objects.get(pk=run.pk), by=None)
        runs.advance(run.pk)
    acts.accept_peering(production, by=contact)
    runs.advance(run.pk)

    run.refresh_from_db()
    assert run.state == RunState.FINISHED
    assert stand_in.peerings()[0]["Status"]["Code"] == "active"
    assert AuditEvent.objects.filter(action__startswith="stand_in.", actor=contact).count() == 2


def test_role_made_twice_is_the_same_role(production):
    engineer = people.engineer()
    acts.create_role(production, by=engineer)
    acts.create_role(production, by=engineer)


def test_nothing_to_accept_is_a_conflict(production):
    with pytest.raises(Conflict, match="No peering request waits"):
        acts.accept_peering(production, by=people.engineer())


def _asked_for_mail(environment) -> None:
    """A run has set up the mail identity."""
    run = environments.run(environment)
    asked = {
        "domain": "acme.example",
        "records": [
            {"name": "t1._domainkey.acme.example", "type": "CNAME", "value": "t1.dkim.amazonses.com"},
            {"name": "bounce.acme.example", "type": "MX", "value": "10 feedback-smtp.eu-west-1.amazonses.com"},
            {"name": "bounce.acme.example", "type": "TXT", "value": "v=spf1 include:amazonses.com ~all"},
        ],
    }
    run.steps.create(customer=run.customer, key="mail_identity", position=99, state="ready", outputs=asked)


def test_mail_records_are_published_where_our_own_look_up_finds_them(production, stand_in):
    _asked_for_mail(production)
    contact = people.contact(production.customer)

    acts.publish_records(production, by=contact)
    acts.publish_records(production, by=contact)

    dns = lookups.public(Spec.of(production.specifications.get().content))
    assert dns.lookup("t1._domainkey.acme.example", "CNAME") == ("t1.dkim.amazonses.com",)
    assert dns.lookup("bounce.acme.example", "TXT") == ("v=spf1 include:amazonses.com ~all",)
    zones = stand_in.customer(NORTHWIND, "route53").list_hosted_zones()["HostedZones"]
    assert [(zone["Name"], zone["Config"]["PrivateZone"]) for zone in zones] == [("acme.example.", False)]
    assert AuditEvent.objects.filter(action="stand_in.records_published", actor=contact).count() == 2


def test_certificate_that_waits_is_issued_once_its_record_is_published(production, stand_in):
    acm = stand_in.customer(NORTHWIND, "acm")
    arn = acm.request_certificate(DomainName="*.integration.acme.example", ValidationMethod="DNS")["CertificateArn"]
    assert acm.describe_certificate(CertificateArn=arn)["Certificate"]["Status"] == "PENDING_VALIDATION"

    acts.publish_records(production, by=people.engineer())
    acts.publish_records(production, by=people.engineer())

    assert acm.describe_certificate(CertificateArn=arn)["Certificate"]["Status"] == "ISSUED"


def test_nothing_to_publish_is_a_conflict(production):
    with pytest.raises(Conflict, match="No records are asked for"):
        acts.publish_records(production, by=people.engineer())


ACTS = [acts.create_role, acts.accept_peering, acts.publish_records]


@pytest.mark.parametrize("act", ACTS)
def test_acts_do_not_exist_on_aws(production, settings, act):
    settings.AWS_STAND_IN_CUSTOMER_ROLE = ""
    with pytest.raises(NotFound):
        act(production, by=people.engineer())


@pytest.mark.parametrize("act", ACTS)
def test_viewers_auditors_and_others_do_not_act(production, act):
    for person in (people.viewer(production.customer), people.auditor(), people.contact(people.customer())):
        with pytest.raises(Forbidden):
            act(production, by=person)


def test_stand_in_that_is_away_is_a_sentence(production, monkeypatch):
    from portal import aws

    monkeypatch.setenv("AWS_ENDPOINT_URL", "http://127.0.0.1:9")
    aws.forget_clients()
    with pytest.raises(Conflict, match="did not answer"):
        acts.accept_peering(production, by=people.engineer())


def test_role_is_that_of_the_template_and_follows_it(production, stand_in):
    """A second environment in the account widens what the roles may do, without another stack."""
    engineer = people.engineer()
    acts.create_role(production, by=engineer)
    iam = stand_in.customer(NORTHWIND, "iam")
    role = iam.get_role(RoleName=production.aws_account.role_name)["Role"]
    assert role["PermissionsBoundary"]["PermissionsBoundaryArn"].endswith(":policy/wso2/wso2-boundary")

    second = "vpc-0a1b2c3d4e5f69999"
    environments.environment(
        production.customer, kind="staging", account_id=NORTHWIND.account_id, vpc_id=second, cidr="10.99.0.0/16"
    )
    acts.create_role(production, by=engineer)

    arn = f"arn:aws:iam::{NORTHWIND.account_id}:policy/wso2/wso2-provisioner-network"
    version = iam.get_policy(PolicyArn=arn)["Policy"]["DefaultVersionId"]
    document = iam.get_policy_version(PolicyArn=arn, VersionId=version)["PolicyVersion"]["Document"]
    assert f"vpc/{second}" in str(document)
    event = AuditEvent.objects.filter(action="stand_in.role_created").last()
    assert event.after["template"] == access.template().version
