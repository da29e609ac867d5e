"""An environment keeps the version it began with, until somebody who saw the difference moves it."""

from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from environments import selectors
from environments.models import ChecklistTemplate, Environment
from environments.services import checklist, checklist_moves, checklist_templates
from environments.states import ItemKind, ItemOwner, ItemState
from portal.audit.models import AuditEvent
from portal.core.errors import Conflict, Forbidden
from tests.api.caller import Caller
from tests.environments.pages import page, signed_in
from tests.environments.test_checklist_templates import MANUAL
from tests.factories import environments, people

pytestmark = pytest.mark.django_db


@pytest.fixture
def production() -> Environment:
    made = environments.environment()
    checklist.ensure(made)
    made.checklist_items.filter(kind=ItemKind.AUTOMATIC).update(state=ItemState.GREEN)
    return made


def _publish(*, added: dict[str, dict[str, Any]] | None = None, removed: tuple[str, ...] = (), **changes: Any) -> Any:
    editor = people.administrator()
    draft = checklist_templates.begin(by=editor)
    for key, values in (added or {}).items():
        draft.refresh_from_db()
        checklist_templates.add(draft, key=key, values=values, revision=draft.revision, by=editor)
    for key, changed in changes.items():
        draft.refresh_from_db()
        values = checklist_templates.said(draft.items.get(key=key)) | changed
        checklist_templates.change(draft, key, values=values, revision=draft.revision, by=editor)
    for key in removed:
        draft.refresh_from_db()
        checklist_templates.remove(draft, key, revision=draft.revision, by=editor)
    draft.refresh_from_db()
    return checklist_templates.publish(draft, note="Newer", revision=draft.revision, by=editor)


def _sign(environment: Environment, key: str) -> None:
    item = environment.checklist_items.get(key=key)
    signer = people.contact(environment.customer) if item.owner == ItemOwner.CUSTOMER else people.engineer()
    signed = checklist.sign(item, note="Seen", revision=item.revision, by=signer)
    if signed.state == ItemState.SIGNED:
        checklist.confirm(signed, revision=signed.revision, by=people.account_manager())


def _newer() -> ChecklistTemplate:
    return _publish(
        added={"contract_signed": MANUAL | {"owner": "provider", "requires": []}},
        removed=("first_backup_taken",),
        smoke_test_passed={"title": "Every product passes its smoke test"},
        operators_reach_environment={"group": "Operators"},
        peering_active={"steps": ["peering_request", "peering_acceptance"]},
    )


def test_environment_begins_with_the_newest_version_and_keeps_it(production):
    first = production.checklist_template
    newer = _newer()
    checklist.ensure(production)
    production.refresh_from_db()
    assert (production.checklist_template, first.number) == (first, 2)
    assert not production.checklist_items.filter(key="contract_signed").exists()
    later = environments.environment()
    checklist.ensure(later)
    assert later.checklist_template == newer


def test_difference_is_told_before_the_move_and_nothing_is_changed_by_telling(production):
    for key in ("smoke_test_passed", "operators_reach_environment", "first_backup_taken"):
        _sign(production, key)
    told = checklist_moves.preview(production, _newer())
    assert (told.before.number, told.after.number) == (2, 3)
    assert {row.key: (row.what, row.proof) for row in told.rows} == {
        "contract_signed": ("added", ""),
        "first_backup_taken": ("removed", "gone"),
        "smoke_test_passed": ("changed", "taken_back"),
        "operators_reach_environment": ("changed", "kept"),
        "peering_active": ("changed", "seen_anew"),
    }
    assert told.unchanged == production.checklist_items.count() - 4
    production.refresh_from_db()
    assert production.checklist_template.number == 2


def test_move_keeps_the_signatures_of_what_means_the_same(production):
    for key in ("smoke_test_passed", "firewall_ports_opened", "first_backup_taken", "operators_reach_environment"):
        _sign(production, key)
    newer, engineer = _newer(), people.engineer()
    checklist_moves.move(production, newer, by=engineer)
    states = dict(production.checklist_items.values_list("key", "state"))
    assert states["smoke_test_passed"] == states["peering_active"] == states["contract_signed"] == ItemState.OPEN
    assert states["firewall_ports_opened"] == states["operators_reach_environment"] == ItemState.GREEN
    assert "first_backup_taken" not in states
    assert production.checklist_items.get(key="operators_reach_environment").group == "Operators"
    assert not selectors.hand_over_ready(production)
    event = AuditEvent.objects.get(action="environment.checklist_moved")
    assert (event.before, event.after["version"], event.actor) == ({"version": 2}, 3, engineer)
    dropped = AuditEvent.objects.get(action="checklist_item.dropped")
    assert dropped.before["state"] == ItemState.GREEN


def test_move_is_to_a_newer_published_version(production):
    newer = _newer()
    draft = checklist_templates.begin(by=people.administrator())
    checklist_moves.move(production, newer, by=people.engineer())
    production.refresh_from_db()
    with pytest.raises(Conflict, match="already"):
        checklist_moves.move(production, newer, by=people.engineer())
    with pytest.raises(Conflict, match="draft"):
        checklist_moves.move(production, draft, by=people.engineer())
    with pytest.raises(Conflict, match="no checklist yet"):
        checklist_moves.preview(environments.environment(), newer)


def test_who_moves_is_one_who_works_on_it(production):
    newer = _newer()
    for person in (people.approver(), people.auditor(), people.customer_administrator(production.customer)):
        with pytest.raises(Forbidden):
            checklist_moves.move(production, newer, by=person)


def test_page_shows_the_difference_and_moves(production):
    _sign(production, "smoke_test_passed")
    engineer, viewer = people.engineer(), people.viewer(production.customer)
    address = reverse("checklist_move", args=[production.pk])
    assert address not in page(engineer, "environment_checklist", production.pk)
    newer = _newer()
    assert address in page(engineer, "environment_checklist", production.pk)
    assert address not in page(viewer, "environment_checklist", production.pk)
    html = page(engineer, "checklist_move", production.pk)
    assert "Every product passes its smoke test" in html
    assert "Its signature is taken back" in html
    moved = signed_in(engineer).post(address, {"template": newer.pk})
    assert moved["Location"] == reverse("environment_checklist", args=[production.pk])
    assert "Version 3 of the checklist" in page(viewer, "environment_checklist", production.pk)
    assert signed_in(engineer).post(address, {"template": newer.pk}).status_code == 409
    assert "already" in page(engineer, "checklist_move", production.pk)


def test_api_says_and_does_the_same(production):
    _sign(production, "smoke_test_passed")
    newer, caller = _newer(), Caller(people.engineer())
    path = f"/environments/{production.pk}/checklist-moves"
    told = caller.get(path).data
    assert (told["before"], told["after"], told["template"]["id"]) == (2, 3, newer.pk)
    row = next(row for row in told["items"] if row["key"] == "smoke_test_passed")
    assert (row["proof"], row["fields_changed"][0]["name"]) == ("taken_back", "title")
    assert caller.post(path, {"template": newer.pk}).status_code == 204
    assert caller.post(path, {"template": newer.pk}).status_code == 409
    assert caller.post(path, {"template": "ckt_" + "0" * 26}).status_code == 400


@pytest.mark.parametrize("number", [1, 3, 10])
def test_telling_costs_the_same_however_much_differs(production, number):
    added = {f"item_{one}": MANUAL | {"requires": []} for one in range(number)}
    newer = _publish(added=added)
    production.refresh_from_db()
    with CaptureQueriesContext(connection) as seen:
        checklist_moves.preview(production, newer)
    assert len(seen) == 4
