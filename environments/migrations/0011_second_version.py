"""Version 2 of the checklist, unless people have written versions of their own: theirs go on. No environment is moved to it."""

from typing import Any

from django.db import migrations
from django.utils import timezone

from environments.checklist import first


def add(apps: Any, schema_editor: Any) -> None:
    templates, items = (
        apps.get_model("environments", "ChecklistTemplate"),
        apps.get_model("environments", "TemplateItem"),
    )
    if not templates.objects.exclude(number=1).exists():
        first.install(templates, items, timezone.now(), 2)


class Migration(migrations.Migration):
    dependencies = [("environments", "0010_checklist_messages")]

    operations = [migrations.RunPython(add, migrations.RunPython.noop)]
