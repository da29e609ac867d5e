"""The sample data: one customer at each stage, one failed run with a clear cause."""

from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from environments.models import Run
from environments.states import RunState, StepState
from onboarding.models import Onboarding
from onboarding.states import Stage
from tests.aws import RunningStandIn

pytestmark = [pytest.mark.timeout(600)]


@pytest.mark.django_db(transaction=True)
def test_every_stage_has_its_customer(stand_in: RunningStandIn, settings: object) -> None:
    settings.AWS_STAND_IN_CUSTOMER_ROLE = "StandInCustomerAdministrator"  # type: ignore[attr-defined]

    call_command("seed_demo", stdout=StringIO())

    stages = dict(Onboarding.objects.values_list("customer__name", "stage"))
    assert stages == {
        "Northwind Freight": Stage.INTAKE,
        "Albion Mutual": Stage.REVIEW,
        "Moreau Automobiles": Stage.PROVISIONING,
        "Harbor Health": Stage.VERIFICATION,
        "Straits Bank": Stage.HANDOVER,
        "Helios Energia": Stage.PROVISIONING,
        "Koala Rewards": Stage.LIVE,
    }
    stopped = Run.objects.get(state=RunState.FAILED).steps.get(state=StepState.FAILED)
    assert stopped.error["code"] == "route_taken"
    with pytest.raises(CommandError, match="already has people"):
        call_command("seed_demo")
