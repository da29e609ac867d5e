"""A production environment whose alert topic stands, and everybody who is to get alerts has confirmed it."""

import pytest

from environments.models import Environment
from environments.services import checklist, runs, steering
from tests.environments.conftest import Behind, behind  # noqa: F401 - fixture
from tests.factories import environments, people


@pytest.fixture
def cloud(behind: Behind) -> Behind:  # noqa: F811
    return behind


@pytest.fixture
def production(cloud: Behind) -> Environment:
    """With the steps that test alerts need, and the newest version of the checklist."""
    made = environments.environment()
    specification = made.specifications.get()
    specification.content |= {"monitoring": {"alert_emails": ["night@acme.example", "operations@acme.example"]}}
    specification.save()
    cloud.stand_for(made)
    checklist.ensure(made)
    run = environments.run_of(
        made, "provider_access", "customer_access", "encryption_key", "alert_topic", "alert_recipients"
    )
    runs.advance(run.pk)
    cloud.cloud.act_as_customer()
    steering.look_again(run, by=people.engineer())
    cloud.let_time_pass(run)
    runs.advance(run.pk)
    run.refresh_from_db()
    assert run.state == "finished", list(run.steps.exclude(state="ready").values_list("key", "state", "reason"))
    return Environment.objects.select_related("customer", "aws_account").get(pk=made.pk)
