"""Customers, as the provider's people see them; a customer's own people see theirs."""

from django.contrib import messages
from django.db.models import Count
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_safe

from portal.accounts import rules, selectors
from portal.accounts.forms import CustomerForm
from portal.accounts.services import customers as services
from portal.accounts.signed_in import person
from portal.core.errors import Forbidden, Invalid
from portal.ui import paging

_LONGEST_SEARCH = 80


@require_safe
def customer_list(request: HttpRequest) -> HttpResponse:
    user = person(request)
    if not rules.is_provider(user):
        raise Forbidden("The list of customers is for the provider's people.")
    words = request.GET.get("q", "").replace("\x00", "").strip()[:_LONGEST_SEARCH]
    rows = selectors.customers(user).annotate(people=Count("memberships"))
    page = paging.by_number(rows.filter(name__icontains=words) if words else rows, request.GET)
    context = {"page": page, "words": words, "may_create": rules.may_create_customer(user)}
    return render(request, "customers/list.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
def new(request: HttpRequest) -> HttpResponse:
    user = person(request)
    if not rules.may_create_customer(user):
        raise Forbidden("Only account managers and portal administrators create customers.")
    form = CustomerForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        try:
            customer = services.create(**form.cleaned_data, by=user)
        except Invalid as error:
            form.refuse(error)
        else:
            messages.success(request, f"{customer} is created. Invite its first people next.")
            return redirect("customer", customer.pk)
    return render(request, "customers/new.html", {"form": form}, status=422 if form.errors else 200)


@require_safe
def detail(request: HttpRequest, id: str) -> HttpResponse:
    user = person(request)
    customer = selectors.customer(user, id)
    context = {
        "customer": customer,
        "members": selectors.members(user, customer)[: paging.ROWS],
        "may_manage": rules.may_manage_members(user, customer),
    }
    return render(request, "customers/detail.html", context)
