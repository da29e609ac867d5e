from typing import Any

from django.db import migrations
from django.db.models import Q


def take_over(apps: Any, schema_editor: Any) -> None:
    """Environments that stand already get the IPv6 blocks of the answers from which they were made."""
    environments = apps.get_model("environments", "Environment").objects
    sections = apps.get_model("onboarding", "Section").objects.filter(key="remote_access")
    for onboarding, answers in sections.values_list("onboarding", "answers").iterator():
        for row in answers.get("environments", []):
            if row.get("ipv6_blocks"):
                same = Q(vpc_id=row["vpc_id"]) if row.get("vpc_id") else Q(name=row.get("name"))
                environments.filter(same, onboardings=onboarding).update(ipv6_blocks=row["ipv6_blocks"])


class Migration(migrations.Migration):
    dependencies = [
        ("environments", "0012_ipv6_blocks"),
        ("onboarding", "0009_whose_turn"),
    ]

    operations = [migrations.RunPython(take_over, migrations.RunPython.noop, elidable=True)]
