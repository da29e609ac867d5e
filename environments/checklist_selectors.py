"""The versions of the checklist: which one is the newest, and who may read them. They belong to no customer."""

from django.db.models import QuerySet

from environments.models import ChecklistTemplate, TemplateItem
from environments.selectors import Person
from environments.states import TemplateState
from portal.accounts import rules
from portal.core.errors import Forbidden, NotFound


def newest() -> ChecklistTemplate | None:
    """Return the newest published version of the checklist, None in a portal where none was needed yet."""
    return ChecklistTemplate.objects.filter(state=TemplateState.PUBLISHED).order_by("-number").first()


def versions(user: Person) -> QuerySet[ChecklistTemplate]:
    """The versions of the checklist, the newest first; the provider's people alone read them. Raises `Forbidden`."""
    if not rules.is_provider(user):
        raise Forbidden(
            "What is asked of every environment is for the provider's people; see it on your own checklist."
        )
    return ChecklistTemplate.objects.select_related("created_by", "published_by").order_by("-id")


def version(user: Person, id: str) -> ChecklistTemplate:
    found = versions(user).filter(pk=id).first()
    if found is None:
        raise NotFound
    return found


def item(version: ChecklistTemplate, key: str) -> TemplateItem:
    found = version.items.filter(key=key).first()
    if found is None:
        raise NotFound
    return found
