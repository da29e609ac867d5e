"""Version 1 of the checklist, which every environment that has a checklist begins with."""

from typing import Any

from django.db import migrations
from django.db.models import F
from django.utils import timezone

from environments.checklist import first


def begin(apps: Any, schema_editor: Any) -> None:
    templates, items = (
        apps.get_model("environments", "ChecklistTemplate"),
        apps.get_model("environments", "TemplateItem"),
    )
    kept, environments = apps.get_model("environments", "ChecklistItem"), apps.get_model("environments", "Environment")
    version = first.install(templates, items, timezone.now())
    with_items = kept.objects.values("environment")
    environments.objects.filter(pk__in=with_items).update(checklist_template=version)
    for item in items.objects.filter(template=version):
        kept.objects.filter(key=item.key).update(template_item=item)
    kept.objects.filter(kind="manual", state="green").update(signed_at=F("changed_at"))
    # One signature is not enough for these any more: they wait for their second person.
    gates = kept.objects.filter(template_item__needs_second_person=True, environment__kind="production", state="green")
    kept.objects.filter(pk__in=list(gates.values_list("pk", flat=True))).update(state="signed")


class Migration(migrations.Migration):
    dependencies = [("environments", "0008_checklist_versions")]

    operations = [migrations.RunPython(begin, migrations.RunPython.noop)]
