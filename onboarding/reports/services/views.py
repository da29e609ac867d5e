"""Keeping a view of the portfolio under a name, for oneself or for all of the provider's people."""

from dataclasses import dataclass

from django.db import IntegrityError, transaction
from django.db.models import Q, QuerySet

from onboarding.portfolio.filters import Filters
from onboarding.reports.models import SavedView
from portal.accounts import rules as roles
from portal.accounts.models import User
from portal.audit.services import record
from portal.core.errors import Conflict, FieldProblem, Forbidden, Invalid, NotFound

MOST_VIEWS = 50
_LONGEST_NAME = 60


def visible(user: User) -> QuerySet[SavedView]:
    """One's own views and those that are shared; none for a customer's people, who have no portfolio."""
    if not roles.is_provider(user):
        return SavedView.objects.none()
    return SavedView.objects.filter(Q(owner=user) | Q(shared=True)).select_related("owner").order_by("name", "pk")


@dataclass(frozen=True, slots=True)
class Tab:
    """A view as the portfolio offers it: `current` where the page shows it now."""

    view: SavedView
    current: bool
    may_change: bool


def of_page(user: User, filters: Filters) -> list[Tab]:
    """Return the views to offer on a page with these filters."""
    shown = filters.address()
    return [Tab(view, view.query == shown, may_change(user, view)) for view in visible(user)]


def one(user: User, id: str) -> SavedView:
    """Return one of the visible views. Raises `NotFound`."""
    found = visible(user).filter(pk=id).first()
    if found is None:
        raise NotFound
    return found


def may_share(user: User) -> bool:
    """True for who changes what others see: an auditor changes nothing."""
    return roles.is_provider(user) and not roles.is_auditor(user)


def may_change(user: User, view: SavedView) -> bool:
    """True for the owner, and of a shared view for the portal's administrators, who tidy up after people who left."""
    return view.owner_id == user.pk or (view.shared and roles.is_administrator(user))


def save(*, name: str, query: str, shared: bool = False, by: User) -> SavedView:
    """A view stands under this name. `query` is the query string of the portfolio; what it does not know of it is left out.

    Raises `Forbidden`, or `Invalid` that names `name`.
    """
    if not roles.is_provider(by):
        raise Forbidden("Only the provider's people have a portfolio.")
    _may_share_this(by, shared)
    if SavedView.objects.filter(owner=by).count() >= MOST_VIEWS:
        raise Conflict(f"You keep {MOST_VIEWS} views already.", remedy="Delete one that you no longer use.")
    view = SavedView(owner=by, name=_clean(name), query=Filters.of_address(query).address(), shared=shared)
    with transaction.atomic():
        _stored(view)
        record("saved_view.saved", view, by=by, customer=None, after=_facts(view))
    return view


def change(view: SavedView, *, name: str, shared: bool, by: User) -> SavedView:
    """The view has this name, and is shared or no longer. Raises `Forbidden`, or `Invalid` that names `name`."""
    _may_change_this(by, view)
    if shared != view.shared:
        _may_share_this(by, True)
    before = _facts(view)
    view.name, view.shared = _clean(name), shared
    with transaction.atomic():
        _stored(view)
        if _facts(view) != before:
            record("saved_view.changed", view, by=by, customer=None, before=before, after=_facts(view))
    return view


def delete(view: SavedView, *, by: User) -> None:
    """The view is gone for everybody; no onboarding is touched. Raises `Forbidden`."""
    _may_change_this(by, view)
    with transaction.atomic():
        record("saved_view.deleted", view, by=by, customer=None, before=_facts(view))
        view.delete()


def _may_share_this(by: User, shared: bool) -> None:
    if shared and not may_share(by):
        raise Forbidden("An auditor shares no views.")


def _may_change_this(by: User, view: SavedView) -> None:
    if not may_change(by, view):
        raise Forbidden(f"This view is {view.owner}'s.", remedy="Save one of your own with the same filters.")


def _clean(name: str) -> str:
    words = " ".join(name.split())
    if not words:
        raise Invalid([FieldProblem("name", "Enter a name, such as “Mine, due this week”", "missing")])
    if len(words) > _LONGEST_NAME:
        raise Invalid([FieldProblem("name", f"Name must be at most {_LONGEST_NAME} characters; this is {len(words)}.")])
    return words


def _stored(view: SavedView) -> None:
    try:
        with transaction.atomic():
            view.save()
    except IntegrityError:
        raise Invalid([FieldProblem("name", f"There is a view with the name {view.name} already", "taken")]) from None


def _facts(view: SavedView) -> dict[str, object]:
    return {"name": view.name, "query": view.query, "shared": view.shared}
