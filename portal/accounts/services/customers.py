"""Customers: the organisations whose people and environments everything else belongs to."""

from django.db import IntegrityError, transaction
from django.utils.text import slugify

from portal.accounts import rules
from portal.accounts.models import Customer, User
from portal.accounts.validators import clean_name, clean_time_zone, refusal
from portal.audit import services as audit
from portal.core.errors import Forbidden

_SLUG_LENGTH = 40


def create(*, name: str, by: User, time_zone: str = "UTC") -> Customer:
    """Create a customer. Its slug, which names things in AWS, comes from the name and never changes.

    Raises `Forbidden`, and `Invalid` for a name that is taken (in any capitals) or a time zone that does not exist.
    """
    if not rules.may_create_customer(by):
        raise Forbidden("Only account managers and portal administrators create customers.")
    name = clean_name(name, pointer="name", what="the customer's name")
    time_zone = clean_time_zone(time_zone)
    try:
        with transaction.atomic():
            if Customer.objects.filter(name__iexact=name).exists():
                raise _taken(name)
            customer = Customer.objects.create(name=name, slug=_free_slug(name), time_zone=time_zone)
            after = {"name": name, "slug": customer.slug, "time_zone": time_zone}
            audit.record("customer.created", customer, by=by, customer=customer, after=after)
    except IntegrityError:
        # Somebody else took the name or the slug since we looked.
        raise _taken(name) from None
    return customer


def _free_slug(name: str) -> str:
    stem = slugify(name)[: _SLUG_LENGTH - 4].strip("-") or "customer"
    taken = set(Customer.objects.filter(slug__startswith=stem).values_list("slug", flat=True))
    candidates = [stem, *(f"{stem}-{number}" for number in range(2, len(taken) + 3))]
    return next(candidate for candidate in candidates if candidate not in taken)


def _taken(name: str) -> Exception:
    return refusal("name", f"A customer with the name {name} exists already", code="taken")
