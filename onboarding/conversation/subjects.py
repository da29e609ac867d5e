"""What a comment is about, as one short word: on pages, in addresses and in the API alike.

Empty for the onboarding as a whole; `sct_...` a section; `sct_.../environments/0/vpc_id` one answer of it; `env_...` an
environment; `itm_...` a checklist item; `srq_...` a service request.
"""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import urlencode

from django.urls import reverse

from environments.models import ChecklistItem, Environment
from onboarding.conversation.models import Comment
from onboarding.models import Onboarding, Section
from onboarding.requests.models import ServiceRequest
from onboarding.sections import definition
from portal.accounts.models import Customer, User
from portal.core.errors import FieldProblem, Invalid

_LONGEST = 200


@dataclass(frozen=True, slots=True)
class Subject:
    """What somebody speaks about. An item comes with its environment; only a request may be of no onboarding."""

    customer: Customer
    onboarding: Onboarding | None
    section: Section | None = None
    pointer: str = ""
    environment: Environment | None = None
    item: ChecklistItem | None = None
    request: ServiceRequest | None = None

    @property
    def about(self) -> str:
        """The word for it."""
        if self.section:
            return f"{self.section.pk}/{self.pointer}" if self.pointer else self.section.pk
        first = self.item or self.request or self.environment
        return str(first.pk) if first else ""

    @property
    def label(self) -> str:
        """What it is, for people."""
        if self.section:
            return _answer_label(self.section, self.pointer)
        if self.item:
            return f"{self.item.title}, {self.environment.name}" if self.environment else self.item.title
        if self.request:
            return f"Request: {self.request.title}"
        return self.environment.name if self.environment else "The onboarding as a whole"

    @property
    def path(self) -> str:
        """The page of what it is about."""
        if self.request:
            return reverse("service_request", args=(self.request.pk,))
        if self.section:
            anchor = f"#field-{self.pointer.replace('/', '-')}" if self.pointer else ""
            return reverse("section", args=(self.section.onboarding_id, self.section.key)) + anchor
        if self.item:
            return reverse("environment_checklist", args=(self.item.environment_id,)) + f"#item-{self.item.key}"
        if self.environment:
            return reverse("environment", args=(self.environment.pk,))
        return reverse("onboarding", args=(self.onboarding.pk,)) if self.onboarding else ""

    @property
    def conversation_path(self) -> str:
        """Where people talk about it."""
        if self.request or self.onboarding is None:
            return self.path
        path = reverse("conversation", args=(self.onboarding.pk,))
        return f"{path}?{urlencode({'about': self.about})}" if self.about else path


def _answer_label(section: Section, pointer: str) -> str:
    what = definition(section.key)
    if not pointer:
        return what.title
    labels = {entry.pointer: entry.label for entry in what.entries(section.answers)}
    return f"{what.title}: {labels.get(pointer, 'an answer that is gone')}"


def of(comment: Comment) -> Subject:
    """Return what a comment from `selectors.comments` is about; asks the database nothing."""
    return Subject(
        comment.customer,
        comment.onboarding,
        comment.section,
        comment.pointer,
        comment.environment,
        comment.item,
        comment.request,
    )


def of_request(request: ServiceRequest) -> Subject:
    return Subject(request.customer, request.onboarding, request=request)


def find(user: User, onboarding: Onboarding, about: str) -> Subject:
    """Return what of this onboarding the word names. Raises `Invalid` naming `about`, the same for another customer's."""
    id, _, pointer = about.partition("/")
    found = Subject(onboarding.customer, onboarding)
    if not about:
        return found
    if id.startswith("sct_") and len(about) <= _LONGEST:
        return _section(user, onboarding, id, pointer)
    if id.startswith("env_") and not pointer:
        environment = Environment.objects.visible_to(user).filter(onboardings=onboarding, pk=id).first()
        if environment:
            return Subject(onboarding.customer, onboarding, environment=environment)
    if id.startswith("itm_") and not pointer:
        items = ChecklistItem.objects.visible_to(user).select_related("environment")
        item = items.filter(environment__onboardings=onboarding, pk=id).first()
        if item:
            return Subject(onboarding.customer, onboarding, environment=item.environment, item=item)
    raise _nothing()


def _section(user: User, onboarding: Onboarding, id: str, pointer: str) -> Subject:
    """A pointer names an answer that is asked now; others are typing errors."""
    section = Section.objects.visible_to(user).filter(onboarding=onboarding, pk=id).first()
    if section is None:
        raise _nothing()
    if pointer and pointer not in {entry.pointer for entry in definition(section.key).entries(section.answers)}:
        raise _nothing()
    return Subject(onboarding.customer, onboarding, section=section, pointer=pointer)


def _nothing() -> Invalid:
    return Invalid([FieldProblem("about", "There is nothing of this name in this onboarding", "unknown_id")])
