"""Evidence is lost in AWS and comes back, seen by the scheduled task alone: what closes and opens with it. Against the
stand-in."""

from typing import Any

import pytest
from django.db import transaction

from environments import selectors, tasks
from environments.models import ChecklistItem, Environment
from environments.services import checklist, drift
from environments.states import ItemState
from onboarding.models import HandOver, Onboarding
from onboarding.services import hand_overs
from onboarding.states import HandOverState, Stage
from portal.audit.models import AuditEvent
from portal.core.errors import Conflict
from portal.embedded.aws_stand_in.accounts import CUSTOMER_ACCOUNTS, CUSTOMER_ADMINISTRATOR, PROVIDER_VPC_CIDR
from portal.outbox.models import OutboxMessage
from tests.api.caller import Caller
from tests.api.test_whole_way import Staff, answer_and_approve, begin, check_everything, provision
from tests.aws import RunningStandIn
from tests.factories import people

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.timeout(300)]

ACCOUNT = CUSTOMER_ACCOUNTS[0]
KEY = "routes_both_sides"


class Ready:
    """A production environment on the stand-in, of which everything is true and a hand-over waits for its release."""

    def __init__(self, stand_in: RunningStandIn) -> None:
        self.stand_in = stand_in
        self.manager, self.engineer, self.approver = people.account_manager(), people.engineer(), people.approver()
        staff = Staff(Caller(self.manager), Caller(self.engineer), Caller(self.approver))
        self.contact, onboarding = begin(staff, ACCOUNT, manager=self.manager)
        found = answer_and_approve(staff, self.contact, onboarding, ACCOUNT, mail="own")
        provision(staff, self.contact, stand_in, ACCOUNT, found)
        check_everything(staff, self.contact, found)
        self.environment = Environment.objects.get(pk=found["id"])
        self.onboarding = Onboarding.objects.get(environments=self.environment)

    def request(self) -> HandOver:
        return hand_overs.request(self.environment, recipient=self.contact.user, reason="All true", by=self.engineer)

    def poll(self) -> None:
        """What the scheduler does, and the worker after its hint."""
        assert self.environment in drift.due()
        tasks.schedule_drift_checks()
        tasks.check_drift(account=self.environment.aws_account_id, region=self.environment.region)

    def route(self) -> dict[str, Any]:
        """The customer's way to the provider."""
        filters = [{"Name": "vpc-id", "Values": [ACCOUNT.production_vpc_id]}]
        tables = self.ec2.describe_route_tables(Filters=filters)["RouteTables"]
        for table in tables:
            for route in table["Routes"]:
                if route.get("DestinationCidrBlock") == PROVIDER_VPC_CIDR:
                    return {"RouteTableId": table["RouteTableId"], "DestinationCidrBlock": PROVIDER_VPC_CIDR} | {
                        "VpcPeeringConnectionId": route["VpcPeeringConnectionId"]
                    }
        raise AssertionError("no route")

    @property
    def ec2(self) -> Any:
        return self.stand_in.customer(ACCOUNT, "ec2")

    def item(self) -> ChecklistItem:
        return self.environment.checklist_items.get(key=KEY)

    def stage(self) -> str:
        self.onboarding.refresh_from_db()
        return self.onboarding.stage

    def audited(self) -> list[str]:
        events = AuditEvent.objects.filter(subject_id=self.item().pk, action__startswith="checklist_item.")
        return list(events.order_by("sequence").values_list("action", flat=True))


def test_deleted_route_closes_the_hand_over_and_its_return_opens_it_again(
    stand_in: RunningStandIn, settings: Any
) -> None:
    settings.AWS_STAND_IN_CUSTOMER_ROLE = CUSTOMER_ADMINISTRATOR
    ready = Ready(stand_in)
    waiting = ready.request()
    assert (ready.stage(), ready.item().state) == (Stage.HANDOVER, ItemState.GREEN)
    proven = ready.item().evidence
    before = ready.audited()
    route = ready.route()

    # It is gone: one poll later the item is red, with when and why, and the hand-over is closed.
    ready.ec2.delete_route(RouteTableId=route["RouteTableId"], DestinationCidrBlock=route["DestinationCidrBlock"])
    ChecklistItem.objects.filter(pk=ready.item().pk).update(due_at=ready.item().checked_at)
    ready.poll()
    lost = ready.item()
    assert (lost.state, lost.evidence["why"] != []) == (ItemState.RED, True)
    assert lost.changed_at is not None
    assert not selectors.hand_over_ready(ready.environment)
    assert ready.stage() == Stage.VERIFICATION
    waiting.refresh_from_db()
    assert waiting.state == HandOverState.WITHDRAWN
    with pytest.raises(Conflict):
        ready.request()
    assert ready.audited() == [*before, "checklist_item.regressed"]
    told = OutboxMessage.objects.filter(key__startswith=f"regressed:{lost.pk}:{lost.revision}")
    assert {message.recipient for message in told} == {ready.manager.email, ready.engineer.email}

    # What was seen before proves nothing now: not the run's steps, and not a second look at the same loss.
    with transaction.atomic():
        checklist.refresh(ready.environment)
    assert ready.item().state == ItemState.RED
    ChecklistItem.objects.filter(pk=lost.pk).update(due_at=lost.checked_at)
    ready.poll()
    assert (ready.item().state, told.count()) == (ItemState.RED, 2)

    # It is back: one poll later the item is green by what is seen now, and the hand-over can be requested.
    ready.ec2.create_route(**route)
    ChecklistItem.objects.filter(pk=lost.pk).update(due_at=lost.checked_at)
    ready.poll()
    found = ready.item()
    assert found.state == ItemState.GREEN
    assert all(step["at"] > lost.changed_at.isoformat() for step in found.evidence["steps"])
    assert found.evidence["at"] > proven["at"]
    assert ready.stage() == Stage.HANDOVER
    assert ready.audited() == [*before, "checklist_item.regressed", "checklist_item.changed"]
    again = ready.request()

    # Released and not yet revealed: while it is not true, nothing is revealed.
    hand_overs.release(again, by=ready.approver)
    ready.ec2.delete_route(RouteTableId=route["RouteTableId"], DestinationCidrBlock=route["DestinationCidrBlock"])
    ChecklistItem.objects.filter(pk=lost.pk).update(due_at=found.checked_at)
    ready.poll()
    again.refresh_from_db()
    assert again.state == HandOverState.RELEASED
    with pytest.raises(Conflict, match="no longer true"):
        hand_overs.reveal(again, password="a long sentence of one's own", claim_key="k" * 40, by=ready.contact.user)
