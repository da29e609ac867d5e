"""Whatever stands in a query or a body, the answer is never a server error, and the contract knows it."""

from typing import Any
from urllib.parse import urlencode

import pytest
from django.core.cache import cache
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.api.caller import Caller, contract
from tests.factories import people

pytestmark = pytest.mark.django_db
LISTS = sorted(
    path.removeprefix("/api/v1") for path, found in contract()["paths"].items() if "{" not in path and "get" in found
)
NAMES = sorted(
    {param["name"] for path in contract()["paths"].values() for p in path.values() for param in p.get("parameters", ())}
)
quick = settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture], derandomize=True
)
json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(max_size=30),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=12), inner, max_size=3),
    max_leaves=8,
)


@pytest.fixture
def caller() -> Caller:
    return Caller(people.administrator())


@quick
@given(
    path=st.sampled_from(LISTS),
    query=st.lists(st.tuples(st.sampled_from(NAMES) | st.text(max_size=8), st.text(max_size=40)), max_size=4),
)
def test_no_query_breaks_a_list(caller: Caller, path: str, query: list[tuple[str, str]]) -> None:
    _calm()
    text = urlencode([(a.encode("utf-8", "replace"), b.encode("utf-8", "replace")) for a, b in query])

    assert caller.get(f"{path}?{text}").status_code in (200, 400, 403)


BODIES: list[tuple[str, list[str]]] = [
    ("/customers", ["name", "time_zone"]),
    ("/invitations", ["email", "role", "customer"]),
    ("/onboardings", ["customer", "title", "account_manager", "target_on"]),
]


@quick
@given(data=st.data())
def test_no_body_breaks_an_act(caller: Caller, data: st.DataObject) -> None:
    _calm()
    path, keys = data.draw(st.sampled_from(BODIES))
    body: Any = data.draw(json_values | st.fixed_dictionaries({}, optional=dict.fromkeys(keys, json_values)))

    assert caller.post(path, body).status_code in (201, 400, 409)


def _calm() -> None:
    """Hypothesis calls more often than a person may."""
    cache.clear()
