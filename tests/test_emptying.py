"""What a test commits is gone before the next one, on every database."""

import pytest
from django.apps import apps
from django.contrib.auth.models import Permission
from django.contrib.contenttypes.models import ContentType
from django.db import connection

from portal.audit.models import AuditEvent
from tests import emptying
from tests.factories import environments, onboardings


@pytest.mark.django_db(transaction=True)
def test_nothing_is_left_but_what_the_migrations_made() -> None:
    environments.run_of(environments.environment(), "subnets")
    onboardings.onboarding()
    assert AuditEvent.objects.exists()
    made = ContentType.objects.count(), Permission.objects.count()

    emptying.empty(connection)

    left = {
        model._meta.db_table for model in apps.get_models(include_auto_created=True) if model._default_manager.exists()
    }
    assert left == emptying.KEPT
    assert (ContentType.objects.count(), Permission.objects.count()) == made
