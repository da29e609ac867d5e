"""Version 2 of the checklist comes to portals in which people wrote no version of their own."""

from importlib import import_module

import pytest
from django.apps import apps

from environments.checklist import first
from environments.models import ChecklistTemplate, TemplateItem
from environments.services import checklist_templates
from portal.core import clock
from tests.factories import people

pytestmark = pytest.mark.django_db

migration = import_module("environments.migrations.0011_second_version")


@pytest.fixture
def only_the_first():
    TemplateItem.objects.all().delete()
    ChecklistTemplate.objects.all().delete()
    return first.install(ChecklistTemplate, TemplateItem, clock.now())


def numbers() -> list[int]:
    return sorted(ChecklistTemplate.objects.values_list("number", flat=True))


def test_portal_with_version_1_alone_gets_the_second_one_once(only_the_first):
    for _ in range(2):
        migration.add(apps, None)
    assert numbers() == [1, 2]
    item = TemplateItem.objects.get(template__number=2, key="alert_received")
    assert item.messages == ["test_alert"]


def test_what_people_are_writing_goes_on(only_the_first):
    draft = checklist_templates.begin(by=people.administrator())
    migration.add(apps, None)
    assert numbers() == [1, 2]
    draft.refresh_from_db()
    assert draft.is_draft
    assert draft.items.get(key="alert_received").messages == []
