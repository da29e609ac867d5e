"""What a person may see of sections that are handed to colleagues."""

from typing import Any

from django.db.models import FilteredRelation, Q, QuerySet

from onboarding.models import Section, SectionAsk
from onboarding.states import SectionState, Stage
from portal.accounts import rules as roles
from portal.accounts.models import Customer, Membership, User
from portal.accounts.states import CustomerRole

_EDITORS = (CustomerRole.ADMINISTRATOR, CustomerRole.CONTRIBUTOR)
_TO_ANSWER = (SectionState.EMPTY, SectionState.DRAFT, SectionState.CHANGES_REQUESTED)


def with_open_ask(sections: QuerySet[Section]) -> QuerySet[Section]:
    """Give each section its `open_ask` with who asks whom, None where nobody is asked, by the same statement."""
    # The plugin of mypy knows an alias of a relation neither as an attribute nor as a path.
    is_open = FilteredRelation("asks", condition=Q(asks__ended_at__isnull=True))
    joined: Any = sections.annotate(open_ask=is_open)  # type: ignore[no-redef]
    found: QuerySet[Section] = joined.select_related("open_ask__asked_by", "open_ask__person", "open_ask__invitation")
    return found


def open_for(user: User) -> QuerySet[SectionAsk]:
    """The asks that wait for this person and that they can answer, the longest waiting first.

    Empty for who lost the role, or whose onboarding was cancelled. Each has its section and onboarding read.
    """
    editor_at = Membership.objects.filter(user=user, user__is_active=True, role__in=_EDITORS).values("customer")
    waiting = asks(user).filter(person=user, ended_at=None, customer__in=editor_at, section__state__in=_TO_ANSWER)
    return waiting.exclude(section__onboarding__stage=Stage.CANCELLED).order_by("asked_at", "pk")


def asks(user: User) -> QuerySet[SectionAsk]:
    """Every ask of the customers this person may see, the newest first."""
    rows = SectionAsk.objects.visible_to(user).order_by("-asked_at", "-pk")
    return rows.select_related("section__onboarding", "customer", "person", "asked_by", "invitation")


def colleagues(user: User, customer: Customer) -> QuerySet[User]:
    """The customer's people besides this person who can answer a section, by name."""
    editors = Membership.objects.filter(customer=customer, role__in=_EDITORS)
    if not roles.may_see_customer(user, customer):
        return User.objects.none()
    return (
        User.objects.filter(is_active=True, pk__in=editors.values("user"))
        .exclude(pk=user.pk)
        .order_by("full_name", "pk")
    )


def administrators(customer: Customer) -> QuerySet[User]:
    """Who may invite people to this customer and give them roles: its own administrators, by name."""
    those = Membership.objects.filter(customer=customer, role=CustomerRole.ADMINISTRATOR)
    return User.objects.filter(is_active=True, pk__in=those.values("user")).order_by("full_name", "pk")
