"""From the first question to the revealed credentials, over the API alone; AWS is asked by a client of its own at the end."""

import re
import secrets
import time
from dataclasses import dataclass
from typing import Any

import pytest
from django.test import Client

from environments.alerts.services import publishing
from environments.services import checklist, plans, runs
from environments.states import EnvironmentKind, PlanState
from onboarding.sections import SECTIONS
from portal.accounts.models import Customer, User
from portal.accounts.services import invitations
from portal.embedded.aws_stand_in.accounts import (
    CUSTOMER_ACCOUNTS,
    CUSTOMER_ADMINISTRATOR,
    PROVIDER_REGION,
    PROVIDER_VPC_CIDR,
    CustomerAccount,
)
from portal.outbox.models import MailboxMessage, OutboxMessage
from tests.api.caller import Caller
from tests.aws import RunningStandIn, _server, stand_in  # noqa: F401 - fixtures
from tests.factories import people
from tests.factories.answers import answers_for

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.timeout(300)]

PASSWORD = "a long sentence of one's own"
PATIENCE_SECONDS = 120
CUSTOMER_ACTS = {
    "peering_acceptance": "stand-in-acceptances",
    "vpn_tunnels": "stand-in-tunnels",
    "certificate": "stand-in-publications",
    "mail_records": "stand-in-publications",
}
"""What the customer does in their own account, and by which call the stand-in does it for them."""


@dataclass
class Staff:
    manager: Caller
    engineer: Caller
    approver: Caller


MAIL = ("own", "ses")
"""The first customer has a mail server; the second one's domain is verified."""


def test_two_customers_walk_the_whole_way(stand_in: RunningStandIn, settings: Any) -> None:  # noqa: F811
    settings.AWS_STAND_IN_CUSTOMER_ROLE = CUSTOMER_ADMINISTRATOR
    people_of_the_provider = [people.account_manager(), people.engineer(), people.approver()]
    staff = Staff(*(Caller(person) for person in people_of_the_provider))

    for account, mail in zip(CUSTOMER_ACCOUNTS, MAIL, strict=False):
        contact, onboarding = begin(staff, account, manager=people_of_the_provider[0])
        environment = answer_and_approve(staff, contact, onboarding, account, mail=mail)
        provision(staff, contact, stand_in, account, environment)
        check_everything(staff, contact, environment)
        credentials = hand_over(staff, contact, environment)

        assert [found["user_name"] for found in credentials] == ["admin", "admin"]
        assert len({found["password"] for found in credentials}) == 2
        assert contact.caller.get(onboarding).data["stage"] == "live"
        look_at_aws(stand_in, account, environment)


@dataclass
class Contact:
    caller: Caller
    user: User


def begin(staff: Staff, account: CustomerAccount, *, manager: User) -> tuple[Contact, str]:
    """A customer, its onboarding, and its first contact, who was invited by mail. Returns the onboarding's address."""
    customer = staff.manager.post("/customers", {"name": account.name, "time_zone": "Europe/Berlin"}).data
    body = {"customer": customer["id"], "title": "Integration platform", "account_manager": manager.pk}
    opened = staff.manager.post("/onboardings", body)
    email = f"ada@{customer['slug']}.example"
    staff.manager.post("/invitations", {"email": email, "role": "administrator", "customer": customer["id"]})
    mail = OutboxMessage.objects.get(recipient=email)
    token = re.findall(r"/invitations/([^/\s]+)/", mail.text)[0]
    user = invitations.accept(token, full_name="Ada Administrator", password=PASSWORD)
    return Contact(with_own_token(user), user), opened["Location"]


def with_own_token(user: User) -> Caller:
    """Log in, make a token as the page does, and call with that."""
    session = Caller()
    session.client.force_login(user)
    scopes = [
        "onboarding:read",
        "intake:write",
        "environment:read",
        "run:write",
        "checklist:write",
        "handover:read",
        "handover:write",
    ]
    made = session.post("/tokens", {"name": "onboarding script", "scopes": scopes, "days": 30}).data
    caller = Caller()
    caller.headers = {"Authorization": f"Bearer {made['token']}"}
    return caller


def answer_and_approve(
    staff: Staff, contact: Contact, onboarding: str, account: CustomerAccount, *, mail: str
) -> dict[str, Any]:
    """Every section is answered, submitted and approved. Returns the production environment."""
    answers = answers_for(
        account.account_id,
        account.region,
        account.production_vpc_id,
        account.production_cidr,
        account.test_vpc_id,
        account.test_cidr,
        zone=f"{Customer.objects.get(memberships__user=contact.user).slug}.internal",
    )
    if mail == "ses":
        answers["smtp"] = {"choice": "ses", "sender_domain": "acme.example", "sender": "alerts@acme.example"}
    listed = contact.caller.get(onboarding).data["section_list"]
    assert [section["key"] for section in listed] == [section.key for section in SECTIONS]
    for section in listed:
        read = contact.caller.get(section["url"])
        saved = contact.caller.patch(section["url"], {"answers": answers[section["key"]]}, If_Match=read["ETag"])
        assert saved.status_code == 200, saved.data
    submitted = contact.caller.post(f"{onboarding}/submissions")
    assert submitted.data["stage"] == "review"
    onboarding_id = submitted.data["id"]
    for section in staff.engineer.get(f"/sections?state=submitted&onboarding={onboarding_id}").data["data"]:
        tag = staff.engineer.get(section["url"])["ETag"]
        assert staff.engineer.post(f"{section['url']}/approvals", If_Match=tag).status_code == 200
    approved = contact.caller.get(onboarding).data
    assert approved["stage"] == "provisioning"
    found = [contact.caller.get(environment["url"]).data for environment in approved["environments"]]
    return next(environment for environment in found if environment["kind"] == "production")


def provision(
    staff: Staff,
    contact: Contact,
    stand_in: RunningStandIn,  # noqa: F811
    account: CustomerAccount,
    environment: dict[str, Any],
) -> None:
    stand_in.trust_portal(account.account_id, environment["external_id"])
    plan = newest_plan(staff, environment)
    run = staff.engineer.post(f"/plans/{plan['id']}/approvals", {"digest": plan["digest"]})
    assert run.status_code == 202
    runs.advance(run.data["id"])

    asked: set[str] = set()
    until = time.monotonic() + PATIENCE_SECONDS
    while (found := contact.caller.get(run["Location"]).data)["state"] != "finished":
        assert found["state"] == "waiting", found
        assert time.monotonic() < until, found
        for action in contact.caller.get("/customer-actions").data["data"]:
            assert action["url"] == found["url"]
            acted = contact.caller.post(f"{environment['url']}/{CUSTOMER_ACTS[action['kind']]}")
            assert acted.status_code == 204, acted.data
            asked.add(action["kind"])
        staff.engineer.post(f"{run['Location']}/observations")
        runs.advance(run.data["id"])
        time.sleep(0.3)

    assert asked >= {"peering_acceptance", "vpn_tunnels", "certificate"}
    assert {step["state"] for step in found["steps"]} == {"ready"}
    assert contact.caller.get(f"{run['Location']}/aws-calls?limit=1").data["has_more"]


def newest_plan(staff: Staff, environment: dict[str, Any]) -> dict[str, Any]:
    """Have a fresh plan made; the worker computes it."""
    asked = staff.engineer.post(f"{environment['url']}/plans")
    assert asked.status_code == 202
    plans.compute(asked.data["id"])
    plan: dict[str, Any] = staff.engineer.get(asked["Location"]).data
    assert plan["state"] == PlanState.READY, plan["findings"]
    return plan


def check_everything(staff: Staff, contact: Contact, environment: dict[str, Any]) -> None:
    """What a person signs is signed by its own side; the rest is true by evidence."""
    if environment["kind"] == EnvironmentKind.PRODUCTION:
        prove_that_alerts_arrive(staff, environment)
    open_items = staff.engineer.get(f"/checklist-items?environment={environment['id']}&state=open").data["data"]
    assert {item["kind"] for item in open_items} == {"manual"}
    for item in open_items:
        caller = contact.caller if item["owner"] == "customer" else staff.engineer
        tag = caller.get(item["url"])["ETag"]
        signed = caller.post(f"{item['url']}/signatures", {"note": "Seen by both of us"}, If_Match=tag)
        if signed.data["state"] == "signed":
            signed = staff.manager.post(f"{item['url']}/confirmations", If_Match=signed["ETag"])
        assert (signed.status_code, signed.data["state"]) == (200, "green")
    edges = contact.caller.get(f"{environment['url']}/topology").data["edges"]
    assert edges[0]["status"] == "verified"


def prove_that_alerts_arrive(staff: Staff, environment: dict[str, Any]) -> None:
    """The engineer sends a test alert; whoever finds it in their mail says so, without a log-in."""
    asked = staff.engineer.post(f"{environment['url']}/test-alerts")
    assert asked.status_code == 202, asked.data
    publishing.publish(asked.data["id"])
    message = MailboxMessage.objects.filter(message_id__contains=asked.data["id"])[0]
    link = re.search(r"/test-alerts/[\w-]+/", message.text)
    assert link, message.text
    assert Client().post(link[0]).status_code == 200
    checklist.verify(environment["id"])
    (alert,) = staff.engineer.get(asked["Location"]).data["data"]
    assert alert["state"] == "confirmed"


def hand_over(staff: Staff, contact: Contact, environment: dict[str, Any]) -> list[dict[str, str]]:
    requested = staff.engineer.post(
        f"{environment['url']}/hand-overs", {"recipient": contact.user.pk, "reason": "All checks passed"}
    )
    address = requested["Location"]
    refused = staff.engineer.post(f"{address}/releases")
    released = staff.approver.post(f"{address}/releases")
    claim = {"password": PASSWORD, "claim_key": secrets.token_urlsafe(32)}
    revealed = contact.caller.post(f"{address}/reveals", claim)
    again = contact.caller.post(f"{address}/reveals", {**claim, "claim_key": secrets.token_urlsafe(32)})
    acknowledged = contact.caller.post(f"{address}/acknowledgements")

    assert (requested.status_code, refused.status_code, released.data["state"]) == (201, 403, "released")
    assert (again.status_code, again.data["code"]) == (409, "already_revealed")
    assert "Ada Administrator" in again.data["detail"]
    assert acknowledged.data["state"] == "acknowledged"
    credentials: list[dict[str, str]] = revealed.data["credentials"]
    return credentials


def look_at_aws(stand_in: RunningStandIn, account: CustomerAccount, environment: dict[str, Any]) -> None:  # noqa: F811
    peering = look_at_peering(stand_in, account)
    look_at_routes(stand_in, account, peering)
    look_at_zone(stand_in, account, environment)
    look_at_buckets(stand_in, account)


def look_at_peering(stand_in: RunningStandIn, account: CustomerAccount) -> str:  # noqa: F811
    (found,) = [
        peering for peering in stand_in.peerings() if peering["AccepterVpcInfo"]["VpcId"] == account.production_vpc_id
    ]
    assert found["Status"]["Code"] == "active"
    return str(found["VpcPeeringConnectionId"])


def look_at_routes(stand_in: RunningStandIn, account: CustomerAccount, peering: str) -> None:  # noqa: F811
    sides = [
        (stand_in.provider("ec2", PROVIDER_REGION), None, account.production_cidr),
        (stand_in.customer(account, "ec2"), account.production_vpc_id, PROVIDER_VPC_CIDR),
    ]
    for ec2, vpc, destination in sides:
        filters = [{"Name": "vpc-id", "Values": [vpc]}] if vpc else []
        tables = ec2.describe_route_tables(Filters=filters)["RouteTables"]
        ways = [
            [
                route.get("VpcPeeringConnectionId")
                for route in table["Routes"]
                if route.get("DestinationCidrBlock") == destination
            ]
            for table in tables
        ]
        assert [peering] in ways
        assert all(way == [peering] for way in ways if vpc)


def look_at_zone(stand_in: RunningStandIn, account: CustomerAccount, environment: dict[str, Any]) -> None:  # noqa: F811
    route53 = stand_in.customer(account, "route53")
    (zone,) = [found for found in route53.list_hosted_zones()["HostedZones"] if found["Config"]["PrivateZone"]]
    records = route53.list_resource_record_sets(HostedZoneId=zone["Id"])["ResourceRecordSets"]
    mapped = {
        record["Name"].rstrip("."): record["ResourceRecords"][0]["Value"] for record in records if record["Type"] == "A"
    }
    assert mapped == {found["hostname"]: found["address"] for found in environment["product_deployments"]}


def look_at_buckets(stand_in: RunningStandIn, account: CustomerAccount) -> None:  # noqa: F811
    s3 = stand_in.customer(account, "s3")
    names = [bucket["Name"] for bucket in s3.list_buckets()["Buckets"]]
    assert sorted(name.split("-")[2] for name in names) == ["audit", "dr", "logs"]
    for name in names:
        assert all(s3.get_public_access_block(Bucket=name)["PublicAccessBlockConfiguration"].values())
    (logs,) = [name for name in names if "-logs-" in name]
    (rule,) = s3.get_bucket_lifecycle_configuration(Bucket=logs)["Rules"]
    assert [(move["Days"], move["StorageClass"]) for move in rule["Transitions"]] == [(30, "GLACIER")]
