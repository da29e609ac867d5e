import pytest

from backups import selectors
from backups.models import BackupPolicy
from environments.models import Environment
from tests.factories import onboardings as factory
from tests.factories import people
from tests.factories.answers import ANSWERS, answers_for

pytestmark = pytest.mark.django_db


def test_production_follows_the_approved_policy_and_the_others_have_none() -> None:
    factory.approved(factory.onboarding())

    policy = BackupPolicy.objects.get()
    assert policy.environment.kind == "production"
    assert (policy.frequency, policy.disaster_recovery, policy.dr_region, policy.archive_to_glacier) == (
        "daily",
        True,
        "eu-central-1",
        True,
    )
    assert (policy.measured_rpo_seconds, policy.measured_rto_seconds) == (None, None)


def test_policy_without_recovery_names_no_region() -> None:
    answers = answers_for()
    answers["backup"] = {**ANSWERS["backup"], "disaster_recovery": False}

    factory.approved(factory.onboarding(), answers=answers)

    assert BackupPolicy.objects.get().dr_region == ""


def test_policy_is_read_by_its_own_customer_only() -> None:
    onboarding = factory.approved(factory.onboarding())
    production = Environment.objects.get(kind="production")

    assert selectors.policy(people.viewer(onboarding.customer), production) == BackupPolicy.objects.get()
    assert selectors.policy(people.contact(people.customer()), production) is None
