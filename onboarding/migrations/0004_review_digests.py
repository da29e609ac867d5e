"""Bind the reviews of before to the answers they were about."""

import hashlib
import json

from django.db import migrations


def bind(apps, _):
    """The digest as `onboarding.approvals.digest_of` makes it, kept here because that may change."""
    for review in apps.get_model("onboarding", "SectionReview").objects.filter(digest="").iterator():
        canonical = json.dumps(review.answers, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
        review.digest = hashlib.sha256(canonical.encode()).hexdigest()
        review.save(update_fields=["digest"])


class Migration(migrations.Migration):
    dependencies = [("onboarding", "0003_reviews")]

    operations = [migrations.RunPython(bind, migrations.RunPython.noop)]
