"""How fast a list of 50 is: the API against a bare REST-framework list with a token, the page against a bare Django list page.

    python tests/benchmarks/lists.py

All four serve the same 1,000 onboardings in one process, through the same middleware, taking turns so that whatever else the
machine does hits them alike. A ratio of 1.0 means as fast as the bare one; smaller is slower. Aims: API 1.0, at least 0.5;
page 0.7, at least 0.4.
"""

import os
import statistics
import sys
import time
from collections.abc import Callable
from pathlib import Path
from types import ModuleType
from typing import Any

import django

ROOT = Path(__file__).resolve().parents[2]
ROWS, ROUNDS, WARM_UP = 1000, 150, 10
BARE_TEMPLATE = """<!DOCTYPE html><title>Onboardings</title><h1>Onboardings</h1><table>{% for row in page %}
<tr><td><a href="/onboardings/{{ row.pk }}/">{{ row.reference }}</a></td><td>{{ row.title }}</td><td>{{ row.customer }}</td>
<td>{{ row.account_manager }}</td><td>{{ row.get_stage_display }}</td><td>{{ row.stage_since }}</td><td>{{ row.target_on }}</td>
</tr>{% endfor %}</table>{{ page.number }} of {{ page.paginator.num_pages }}"""


def main() -> None:
    sys.path.insert(0, str(ROOT))
    os.environ["DJANGO_SETTINGS_MODULE"] = "portal.settings_test"
    os.environ["API_RATE"] = "1000000/min"
    os.environ["LOG_LEVEL"] = "ERROR"
    django.setup()
    from django.test.utils import setup_databases, setup_test_environment, teardown_databases

    setup_test_environment(debug=False)
    databases = setup_databases(verbosity=0, interactive=False)
    try:
        report()
    finally:
        teardown_databases(databases, verbosity=0)


def report() -> None:
    from django.test import Client, override_settings

    from tests.api.caller import token_of

    person = fill()
    with override_settings(ROOT_URLCONF=bare_addresses()):
        by_token, by_session = Client(), Client()
        header = {"Authorization": f"Bearer {token_of(person)}"}
        by_session.force_login(person)
        calls: dict[str, Callable[[], Any]] = {
            "API list": lambda: by_token.get("/api/v1/onboardings", headers=header),
            "bare REST framework list": lambda: by_token.get("/bare/onboardings", headers=header),
            "page": lambda: by_session.get("/onboardings/"),
            "bare Django list page": lambda: by_session.get("/bare/page"),
        }
        medians = measure(calls)
    lines = [f"{name:26} {seconds * 1000:7.2f} ms" for name, seconds in medians.items()]
    api = medians["bare REST framework list"] / medians["API list"]
    page = medians["bare Django list page"] / medians["page"]
    lines.append(f"API  : {api:.2f} of a bare list (aim 1.0, at least 0.5)")
    lines.append(f"page : {page:.2f} of a bare page (aim 0.7, at least 0.4)")
    sys.stdout.write("\n".join(lines) + "\n")


def fill() -> Any:
    """1,000 onboardings of 100 customers with their sections; returns an account manager who sees them all."""
    from onboarding.models import Onboarding, Section
    from onboarding.sections import SECTIONS
    from portal.accounts.models import Customer
    from portal.core import clock
    from tests.factories import people

    person, now = people.account_manager(), clock.now()
    customers = Customer.objects.bulk_create(Customer(name=f"Customer No {n}", slug=f"no-{n}") for n in range(100))
    made = Onboarding.objects.bulk_create(
        Onboarding(
            customer=customers[n % 100],
            reference=f"ONB-2026-{n:04}",
            title="Integration platform",
            stage_since=now,
            account_manager=person,
        )
        for n in range(ROWS)
    )
    Section.objects.bulk_create(
        Section(customer_id=row.customer_id, onboarding=row, key=section.key, position=position)
        for row in made
        for position, section in enumerate(SECTIONS)
    )
    return person


def measure(calls: dict[str, Callable[[], Any]]) -> dict[str, float]:
    """Return the median time of each call, in seconds."""
    times: dict[str, list[float]] = {name: [] for name in calls}
    for number in range(WARM_UP + ROUNDS):
        for name, call in calls.items():
            begun = time.perf_counter()
            answer = call()
            taken = time.perf_counter() - begun
            if answer.status_code != 200:
                raise SystemExit(f"{name} answers {answer.status_code}")
            if number >= WARM_UP:
                times[name].append(taken)
    return {name: statistics.median(taken) for name, taken in times.items()}


def bare_addresses() -> ModuleType:
    """The portal's own addresses, and below `/bare/` what a few lines of REST framework and Django give."""
    from django.core.paginator import Paginator
    from django.http import HttpRequest, HttpResponse
    from django.template import engines
    from django.urls import include, path
    from rest_framework import generics, pagination, renderers, serializers

    from onboarding.models import Onboarding
    from portal.accounts.api.authentication import TokenAuthentication

    class Bare(serializers.ModelSerializer):
        customer = serializers.StringRelatedField()
        account_manager = serializers.StringRelatedField()

        class Meta:
            model = Onboarding
            fields = (
                "id",
                "reference",
                "title",
                "customer",
                "stage",
                "stage_since",
                "account_manager",
                "target_on",
                "created_at",
            )

    class Pages(pagination.PageNumberPagination):
        page_size = 50

    class BareList(generics.ListAPIView):
        queryset = Onboarding.objects.select_related("customer", "account_manager").order_by("-pk")
        serializer_class = Bare
        pagination_class = Pages
        authentication_classes = (TokenAuthentication,)
        throttle_classes = ()
        renderer_classes = (renderers.JSONRenderer,)

    template = engines["django"].from_string(BARE_TEMPLATE)

    def bare_page(request: HttpRequest) -> HttpResponse:
        rows = Onboarding.objects.select_related("customer", "account_manager").order_by("-pk")
        return HttpResponse(template.render({"page": Paginator(rows, 50).get_page(1)}, request))

    module = ModuleType("bare_addresses")
    module.urlpatterns = [  # type: ignore[attr-defined]
        path("bare/onboardings", BareList.as_view()),
        path("bare/page", bare_page),
        path("", include("portal.urls")),
    ]
    return module


if __name__ == "__main__":
    main()
