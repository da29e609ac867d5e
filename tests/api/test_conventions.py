"""What holds for every endpoint: who calls, how much, what is refused and in which words."""

import json
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.core.cache import cache
from django.test import Client

from portal.accounts.models import ApiToken
from portal.core import clock
from portal.core.ids import new_id
from tests.api.caller import Caller, token_of
from tests.factories import people

pytestmark = pytest.mark.django_db


def test_nobody_is_told_to_bring_a_token() -> None:
    answer = Caller().get("/me")

    assert answer.status_code == 401
    assert answer["WWW-Authenticate"] == 'Bearer realm="api"'


@pytest.mark.parametrize(
    "header", ["Bearer op_abcd_nothing", "Bearer", "Basic YTpi", "op_abcd_nothing", "Bearer \udcff"]
)
def test_what_is_no_good_token_is_refused_and_not_ignored(header: str) -> None:
    client = Client()
    client.force_login(people.auditor())

    answer = client.get("/api/v1/me", headers={"Authorization": header.encode("utf-8", "replace").decode("latin-1")})

    assert answer.status_code == 401
    assert answer.json()["code"] == "bad_token"


@pytest.mark.parametrize("change", [{"revoked_at": True}, {"expires_at": True}])
def test_a_revoked_or_expired_token_opens_nothing(change: dict[str, bool]) -> None:
    caller = Caller(people.auditor())
    ApiToken.objects.update(**{name: clock.now() for name in change})

    assert caller.get("/me").status_code == 401


def test_a_closed_account_is_refused_at_its_next_call() -> None:
    person = people.auditor()
    caller = Caller(person)
    person.is_active = False
    person.save(update_fields=["is_active"])

    assert caller.get("/me").status_code == 401


def test_a_token_without_the_scope_is_refused_by_name() -> None:
    answer = Caller(people.account_manager(), scopes={"onboarding:read"}).get("/customers")

    assert answer.status_code == 403
    assert answer.data["code"] == "missing_scope"
    assert "customer:read" in answer.data["detail"]


def test_a_scope_adds_nothing_to_what_its_person_may_do() -> None:
    answer = Caller(people.auditor()).post("/customers", {"name": "Acme"})

    assert answer.status_code == 403


def test_no_token_manages_tokens() -> None:
    answer = Caller(people.auditor()).get("/tokens")

    assert (answer.status_code, answer.data["code"]) == (403, "session_only")


def test_a_session_reads_without_and_changes_only_with_the_csrf_token() -> None:
    client = Client(enforce_csrf_checks=True)
    client.force_login(people.account_manager())
    body = {"name": "Acme"}

    without = client.post("/api/v1/customers", body, content_type="application/json")
    client.get("/account/password/change/")
    csrf = client.cookies["csrftoken"].value
    with_it = client.post("/api/v1/customers", body, content_type="application/json", headers={"X-CSRFToken": csrf})

    assert client.get("/api/v1/me").status_code == 200
    assert (without.status_code, with_it.status_code) == (403, 201)


def test_a_problem_says_what_why_and_which_call() -> None:
    answer = Caller(people.auditor()).get("/customers/" + new_id("cus"), X_Request_ID="my-own-id-0815")

    assert answer["X-Request-ID"] == "my-own-id-0815"
    assert answer.data == {
        "type": "about:blank",
        "title": "Not Found",
        "status": 404,
        "code": "not_found",
        "detail": "This does not exist, or you have no access to it.",
        "instance": answer.request["PATH_INFO"],
        "request_id": "my-own-id-0815",
    }


@pytest.mark.parametrize("path", ["/nothing", "/customers/", "/customers/cus_short", "/customers/%00", "/../v2/x", ""])
def test_an_unknown_address_is_a_problem_like_a_missing_object(path: str) -> None:
    answer = Caller(people.auditor()).get(path)

    assert (answer.status_code, answer.data["code"]) == (404, "not_found")


@pytest.mark.parametrize("method", ["PUT", "DELETE", "OPTIONS", "TRACE", "PATCH", "PURGE"])
def test_a_method_that_is_not_listed_is_405(method: str) -> None:
    answer = Caller(people.auditor()).call(method, "/customers", None)

    assert answer.status_code == 405
    assert answer["Allow"] == "GET, POST, HEAD"


def test_another_media_type_is_415() -> None:
    answer = Client().post(
        "/api/v1/customers",
        {"name": "Acme"},
        headers={"Authorization": f"Bearer {token_of(people.account_manager())}"},
    )

    assert answer.status_code == 415
    assert answer["Content-Type"] == "application/problem+json"


@pytest.mark.parametrize(
    "body",
    [
        "{",
        "[]",
        '"text"',
        "null",
        b"\xff",
        '{"name": "a", "name": "b"}',
        '{"name": NaN}',
        "[" * 100_000,
        '{"name": ' + "9" * 5000 + "}",
    ],
)
def test_a_body_that_is_no_json_object_is_refused(body: str | bytes) -> None:
    answer = Caller(people.account_manager()).post("/customers", body)

    assert answer.status_code == 400


def test_a_body_without_end_is_413() -> None:
    assert Caller(people.account_manager()).post("/customers", '"' + "a" * 1_100_000 + '"').status_code == 413
    assert Caller(people.account_manager()).post("/customers", '"' + "a" * 3_000_000 + '"').status_code == 413


def test_unknown_keys_are_named_with_those_that_exist() -> None:
    answer = Caller(people.account_manager()).post("/customers", {"name": "Acme", "slug": "mine", "id": "cus_1"})

    assert answer.status_code == 400
    assert answer.data["errors"] == [
        {"pointer": "/slug", "code": "unknown_field", "message": "There is no key “slug” here. Use: name, time_zone."},
        {"pointer": "/id", "code": "unknown_field", "message": "There is no key “id” here. Use: name, time_zone."},
    ]


def test_an_act_without_words_takes_no_keys() -> None:
    answer = Caller(people.account_manager()).post(f"/onboardings/{new_id('onb')}/submissions", {"force": True})

    assert (answer.status_code, answer.data["errors"][0]["pointer"]) == (400, "/force")


@pytest.mark.parametrize("name", [7, True, None, ["Acme"], {"a": 1}, "a\u0000b", "\ud800"])
def test_a_value_of_the_wrong_type_is_never_coerced(name: Any) -> None:
    answer = Caller(people.account_manager()).post("/customers", {"name": name})

    assert answer.status_code == 400
    assert [error["pointer"] for error in answer.data["errors"]] == ["/name"]


def test_a_missing_value_is_asked_for_in_the_portals_words() -> None:
    answer = Caller(people.account_manager()).post("/customers", {})

    assert answer.data["errors"] == [{"pointer": "/name", "code": "required", "message": "Enter the customer's name"}]


@pytest.mark.parametrize(
    ("query", "message"),
    [
        ("stge=intake", "There is no parameter “stge” here. Did you mean “stage”?"),
        ("stage=", "stage must be one of: intake, review, provisioning, verification, handover, live, cancelled"),
        ("limit=0", "limit must be a whole number from 1 to 200"),
        ("limit=201", "limit must be a whole number from 1 to 200"),
        ("limit=ten", "limit must be a whole number from 1 to 200"),
        ("limit=%D9%A1", "limit must be a whole number from 1 to 200"),
        ("limit=1&limit=2", "Give limit once"),
        ("customer=x", "customer must be an id, such as env_01ke3v9r6n0h8p2x4s5t7w9yaz"),
        ("cursor=bm9uc2Vuc2U", "This cursor was not made by this portal. Take it from `next` of the page before."),
        ("cursor=%00", "cursor must be printable text of 1 to 200 characters"),
    ],
)
def test_a_query_is_read_strictly(query: str, message: str) -> None:
    answer = Caller(people.auditor()).get(f"/onboardings?{query}")

    assert answer.status_code == 400
    assert [error["message"] for error in answer.data["errors"]] == [message]
    assert answer.data["errors"][0]["parameter"] in ("stge", "stage", "limit", "customer", "cursor")


def test_a_read_takes_no_parameters_that_it_does_not_declare() -> None:
    assert Caller(people.auditor()).get("/me?format=api").status_code == 400


@pytest.mark.parametrize("moment", ["yesterday", "2026-11-24", "2026-11-24T10:00:00", "2026-13-01T00:00:00Z"])
def test_a_moment_has_its_offset(moment: str) -> None:
    assert Caller(people.auditor()).get(f"/audit-events?since={moment}").status_code == 400


def test_a_list_is_walked_by_its_own_links_newest_first() -> None:
    made = [people.customer().pk for _ in range(5)]
    caller = Caller(people.auditor())
    pages, path = [], "/customers?limit=2"

    while path:
        answer = caller.get(path).data
        pages.append([row["id"] for row in answer["data"]])
        assert answer["has_more"] is (answer["next"] is not None)
        path = answer["next"]

    assert [len(page) for page in pages] == [2, 2, 1]
    assert [id for page in pages for id in page] == sorted(made, reverse=True)


def test_a_next_link_keeps_the_filters() -> None:
    for _ in range(3):
        people.viewer(people.customer())
    mine = people.customer()
    for _ in range(3):
        people.viewer(mine)
    caller = Caller(people.auditor())

    first = caller.get(f"/members?customer={mine.pk}&limit=2").data
    second = caller.get(first["next"]).data

    assert {row["customer"]["id"] for row in [*first["data"], *second["data"]]} == {mine.pk}
    assert (len(second["data"]), second["next"]) == (1, None)


def test_every_answer_tells_the_limit_and_is_not_kept() -> None:
    answer = Caller(people.auditor()).get("/me")

    assert answer["RateLimit-Policy"] == '"default";q=600;w=60'
    assert answer["RateLimit"].startswith('"default";r=599;t=')
    assert answer["Cache-Control"] == "no-store"


def test_too_many_calls_are_429_until_the_window_ends(settings: Any) -> None:
    settings.REST_FRAMEWORK = {**settings.REST_FRAMEWORK, "DEFAULT_THROTTLE_RATES": {"api": "2/min"}}
    cache.clear()
    person = people.auditor()
    first, second = Caller(person), Caller(person)

    with time_machine.travel("2026-11-24T10:00:20Z", tick=False) as clock_hand:
        ApiToken.objects.update(expires_at=clock.now() + timedelta(hours=1))
        allowed = [first.get("/me").status_code, second.get("/me").status_code]
        refused = first.get("/me")
        clock_hand.shift(41)
        later = first.get("/me")

    assert allowed == [200, 200]
    assert (refused.status_code, refused["Retry-After"], later.status_code) == (429, "40", 200)
    assert refused["RateLimit"] == '"default";r=0;t=40'


def test_a_defect_is_a_problem_without_a_trace(monkeypatch: pytest.MonkeyPatch) -> None:
    caller = Caller(people.auditor())
    caller.client.raise_request_exception = False
    monkeypatch.setattr("portal.accounts.selectors.customers", lambda user: 1 / 0)

    answer = caller.client.get("/api/v1/customers", headers=caller.headers)

    assert answer.status_code == 500
    problem = json.loads(answer.content)
    assert (problem["code"], problem["request_id"]) == ("server_error", answer["X-Request-ID"])
    assert "ZeroDivision" not in answer.text
