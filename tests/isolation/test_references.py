"""Ids of another tenant's objects, where a body or a query names them: refused, and nothing changes."""

from typing import Any

import pytest
from django.contrib.sessions.models import Session
from django.db import connection

from portal.core.ids import new_id
from tests.isolation.asking import rolled_back
from tests.isolation.test_matrix import writes
from tests.isolation.world import World


@pytest.mark.parametrize(
    ("role", "method", "path", "body", "field"),
    [
        ("administrator", "POST", "/invitations", {"email": "x@new.example", "role": "viewer"}, "customer"),
        (
            "account_manager",
            "POST",
            "/environments/{ready}/hand-overs",
            {"reason": "because"},
            "recipient:person",
        ),
        (
            "contributor",
            "POST",
            "/onboardings/{live_onboarding}/decisions",
            {"kind": "upgrade", "title": "By dump", "text": "At night"},
            "environment",
        ),
        ("contributor", "POST", "/service-requests", {"kind": "question", "details": "When?"}, "customer"),
        ("contributor", "POST", "/onboardings/{live_onboarding}/comments", {"text": "Look"}, "about:environment"),
    ],
)
def test_an_id_of_another_tenant_in_a_body_is_refused_as_one_that_does_not_exist(
    world: World, role: str, method: str, path: str, body: dict[str, Any], field: str
) -> None:
    name, _, kind = field.partition(":")
    foreign = world.theirs.ids[kind or name]
    address = path.format(**world.ours.ids)

    with rolled_back(), writes() as seen:
        theirs = world.callers[role].call(method, address, {**body, name: foreign})
    with rolled_back():
        made_up = world.callers[role].call(method, address, {**body, name: new_id(foreign.partition("_")[0])})

    assert (theirs.status_code, made_up.status_code) == (400, 400)
    assert theirs.data["errors"][0]["pointer"] == f"/{name}"
    assert _acts(seen) == []


def test_a_customer_of_somebody_else_filters_to_nothing(world: World) -> None:
    caller = world.callers["administrator"]
    foreign = world.theirs.ids

    for path in (
        f"/onboardings?customer={foreign['customer']}",
        f"/environments?customer={foreign['customer']}",
        f"/members?customer={foreign['customer']}",
        f"/invitations?customer={foreign['customer']}",
        f"/sections?onboarding={foreign['onboarding']}",
        f"/checks?section={foreign['section']}",
        f"/checks?section={foreign['submitted_section']}",
        f"/checklist-items?environment={foreign['environment']}",
        f"/plans?environment={foreign['environment']}",
        f"/runs?environment={foreign['environment']}",
        f"/hand-overs?environment={foreign['environment']}",
        f"/backup-policies?environment={foreign['environment']}",
        f"/service-requests?customer={foreign['customer']}",
        f"/service-requests?environment={foreign['environment']}",
        f"/audit-events?customer={foreign['customer']}",
        f"/audit-events?actor={world.theirs.administrator.pk}",
    ):
        assert caller.get(path).data["data"] == [], path


LISTS = (
    "/customers",
    "/members",
    "/invitations",
    "/onboardings",
    "/sections",
    "/checks",
    "/customer-actions",
    "/environments",
    "/checklist-items",
    "/plans",
    "/runs",
    "/hand-overs",
    "/backup-policies",
    "/service-requests",
    "/audit-events",
)


@pytest.mark.parametrize("role", ["viewer", "contributor", "administrator"])
def test_no_list_names_anything_of_another_tenant(world: World, role: str) -> None:
    """What is theirs carries their name or their ids; ours is there, so that something could have leaked."""
    foreign = {world.theirs.customer.name, world.theirs.author.full_name, *world.theirs.ids.values()}
    foreign -= set(world.ours.ids.values())

    for path in LISTS:
        answer = world.callers[role].get(f"{path}?limit=200")
        leaked = [name for name in foreign if name in answer.text]
        assert leaked == [], path
    assert world.callers[role].get("/sections").data["data"]


@pytest.mark.parametrize(
    "page", ["/", "/onboardings/", "/environments/", "/actions/", "/people/", "/audit/", "/settings/", "/requests/"]
)
def test_no_page_names_anything_of_another_tenant(world: World, page: str) -> None:
    foreign = {world.theirs.customer.name.replace("&", "&amp;"), world.theirs.author.full_name}

    text = world.browsers["administrator"].get(page, follow=True).text

    assert [name for name in foreign if name in text] == []


def test_tokens_are_their_persons_own(world: World) -> None:
    """By session, since no token manages tokens."""
    path = f"/api/v1/tokens/{world.ours.ids['token']}"

    read = {role: browser.get(path).status_code for role, browser in world.browsers.items()}

    assert read.pop("nobody") == 401
    assert read.pop("administrator") == 200
    assert set(read.values()) == {404}
    for role in ("viewer", "stranger", "portal_administrator"):
        assert world.browsers[role].delete(path).status_code == 404
    assert world.browsers["administrator"].delete(path).status_code == 204


def test_sessions_end_with_the_account(world: World) -> None:
    world.ours.viewer.is_active = False
    world.ours.viewer.save(update_fields=["is_active"])

    assert Session.objects.exists()
    assert world.browsers["viewer"].get("/environments/").status_code == 302
    assert world.callers["viewer"].get("/me").status_code == 401


def test_a_removed_member_sees_nothing_at_the_next_request(world: World) -> None:
    world.callers["administrator"].delete(f"/members/{world.ours.ids['member']}")

    assert world.browsers["viewer"].get(f"/environments/{world.ours.ids['environment']}/").status_code == 404
    assert world.callers["viewer"].get("/environments").data["data"] == []


def _acts(statements: list[str]) -> list[str]:
    """Return the statements that concern more than the caller's own bookkeeping."""
    return [statement for statement in statements if connection.ops.quote_name("accounts_apitoken") not in statement]
