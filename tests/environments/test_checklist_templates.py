"""Versions of the checklist: written without a release, published once, never changed again."""

from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext

from environments.checklist import conditions, differences, first, problems
from environments.models import ChecklistTemplate, Environment, TemplateItem
from environments.provisioning.specification import Spec
from environments.services import checklist_templates as services
from environments.services import checklist_versions
from environments.states import EnvironmentKind
from portal.audit.models import AuditEvent
from portal.core.errors import Conflict, Forbidden, Invalid, NotFound, Stale
from tests.factories import people
from tests.fakes.engine import spec

pytestmark = pytest.mark.django_db

MANUAL = {
    "title": "The contract is signed",
    "group": "Paper",
    "owner": "third_party",
    "kind": "manual",
    "steps": [],
    "messages": [],
    "conditions": ["production"],
    "requires": ["smoke_test_passed"],
    "needs_second_person": True,
    "help": "Say where it lies.",
    "turns_red": "It ends.",
    "recheck_minutes": None,
    "rows": ["S20"],
}
AUTOMATIC = MANUAL | {
    "kind": "automatic",
    "steps": ["peering_request"],
    "requires": [],
    "needs_second_person": False,
    "recheck_minutes": 30,
}


@pytest.fixture
def editor():
    return people.account_manager()


@pytest.fixture
def draft(editor) -> ChecklistTemplate:
    return services.begin(by=editor)


def _add(draft: ChecklistTemplate, editor: Any, key: str = "contract_signed", **changes: Any) -> TemplateItem:
    draft.refresh_from_db()
    return services.add(draft, key=key, values=MANUAL | changes, revision=draft.revision, by=editor)


def _change(draft: ChecklistTemplate, editor: Any, key: str, **changes: Any) -> TemplateItem:
    draft.refresh_from_db()
    values = services.said(draft.items.get(key=key)) | changes
    return services.change(draft, key, values=values, revision=draft.revision, by=editor)


@pytest.mark.parametrize("number", first.NOTES)
def test_what_the_portal_comes_with_is_sound_and_the_same_however_often_it_is_installed(number):
    newest = checklist_versions.latest()
    assert newest.number == max(first.NOTES)
    version = ChecklistTemplate.objects.get(number=number)
    assert first.install(ChecklistTemplate, TemplateItem, version.created_at, number).pk == version.pk
    items = list(version.items.all())
    assert [item.key for item in items] == [row["key"] for row in first.rows(number)]
    for item in items:
        assert problems.of(item, [other for other in items if other is not item]) == []


def test_version_2_differs_in_how_it_is_known_that_alerts_arrive():
    checklist_versions.latest()
    before, after = (ChecklistTemplate.objects.get(number=number).items.all() for number in (1, 2))
    difference = differences.between(before, after)
    assert (difference.added, difference.removed, difference.is_reordered) == ((), (), False)
    (change,) = difference.changed
    assert (change.after.key, change.alters_meaning) == ("alert_received", True)
    said = {field.name: field.after for field in change.fields}
    assert (said["kind"], said["messages"]) == ("automatic", ["test_alert"])


def test_every_condition_says_when_it_holds():
    assert len(conditions.BY_NAME) == len(conditions.CONDITIONS)
    production, of = Environment(kind=EnvironmentKind.PRODUCTION), spec()
    assert conditions.hold([], production, of)
    assert conditions.hold(["production", "kind:production"], production, of)
    assert not conditions.hold(["production", "kind:test"], production, of)
    assert not conditions.hold(["no longer known"], production, of)
    deployed = {product.key for product in of.products}
    asked = {one.name for one in conditions.CONDITIONS if one.name.startswith("product:") and one.holds(production, of)}
    assert asked == {f"product:{key}" for key in deployed}


def test_draft_begins_as_the_newest_version(draft):
    newest = checklist_versions.latest()
    assert (draft.number, draft.is_draft) == (newest.number + 1, True)
    assert not differences.between(newest.items.all(), draft.items.all())
    assert not services.difference(draft)


def test_there_is_one_draft(draft, editor):
    with pytest.raises(Conflict):
        services.begin(by=editor)
    with pytest.raises(IntegrityError), transaction.atomic():
        ChecklistTemplate.objects.create(number=99, created_at=draft.created_at)


def test_what_was_changed_is_told_and_published(draft, editor):
    _add(draft, editor)
    _change(draft, editor, "peering_active", title="The peering stands", recheck_minutes=15)
    _change(draft, editor, "vpn_up", group="Far away")
    draft.refresh_from_db()
    services.remove(draft, "logs_copied", revision=draft.revision, by=editor)
    keys = [item.key for item in draft.items.all()]
    draft.refresh_from_db()
    services.reorder(draft, keys=[keys[-1], *keys[:-1]], revision=draft.revision, by=editor)
    found = services.difference(draft)
    assert [item.key for item in found.added] == ["contract_signed"]
    assert [item.key for item in found.removed] == ["logs_copied"]
    assert {one.after.key: one.alters_meaning for one in found.changed} == {"peering_active": True, "vpn_up": False}
    draft.refresh_from_db()
    published = services.publish(draft, note=" A contract ", revision=draft.revision, by=editor)
    assert (published.note, published.published_by) == ("A contract", editor)
    assert checklist_versions.latest() == published
    event = AuditEvent.objects.get(action="checklist_template.published")
    assert event.after["added"] == ["contract_signed"]
    assert AuditEvent.objects.filter(action="checklist_template.item_changed").count() == 2
    # The same order of what both have is no change: the new item stands first, the others as they stood.
    assert not found.is_reordered


def test_order_of_what_both_have_is_a_change(draft, editor):
    keys = [item.key for item in draft.items.all()]
    services.reorder(draft, keys=keys[::-1], revision=0, by=editor)
    assert services.difference(draft).is_reordered


@pytest.mark.parametrize("keys", [[], ["peering_active"], ["peering_active", "peering_active"]])
def test_order_names_every_item_once(draft, editor, keys):
    with pytest.raises(Invalid):
        services.reorder(draft, keys=keys, revision=0, by=editor)


@pytest.mark.parametrize(
    ("changes", "pointer", "words"),
    [
        ({"title": " "}, "title", "Enter what has to be true"),
        ({"title": "x" * 201}, "title", "200"),
        ({"group": ""}, "group", "Enter the group"),
        ({"owner": "somebody"}, "owner", "third_party"),
        ({"kind": "magic"}, "kind", "automatic"),
        ({"conditions": ["full_moon"]}, "conditions", "no condition full_moon"),
        ({"requires": ["nothing_such"]}, "requires", "no item nothing_such"),
        ({"requires": ["contract_signed"]}, "requires", "contract_signed requires contract_signed"),
        ({"steps": ["peering_request"]}, "steps", "Leave this empty"),
        ({"messages": ["test_alert"]}, "messages", "Leave this empty"),
        ({"recheck_minutes": 30}, "recheck_minutes", "Only automatic"),
        ({"rows": ["T1"]}, "rows", "T1"),
        (AUTOMATIC | {"steps": []}, "steps", "Name the steps"),
        (AUTOMATIC | {"steps": ["hocus_pocus"]}, "steps", "no step hocus_pocus"),
        (AUTOMATIC | {"messages": ["letter"]}, "messages", "no message letter"),
        (AUTOMATIC | {"requires": ["smoke_test_passed"]}, "requires", "Only what people sign"),
        (AUTOMATIC | {"needs_second_person": True}, "needs_second_person", "Nobody signs"),
        (AUTOMATIC | {"recheck_minutes": 14}, "recheck_minutes", "15 to 10080"),
        (AUTOMATIC | {"recheck_minutes": 10081}, "recheck_minutes", "15 to 10080"),
    ],
)
def test_what_cannot_work_is_refused_beside_its_field(draft, editor, changes, pointer, words):
    with pytest.raises(Invalid) as refused:
        _add(draft, editor, **changes)
    problem = next(one for one in refused.value.problems if one.pointer == pointer)
    assert words in problem.message
    assert not draft.items.filter(key="contract_signed").exists()


@pytest.mark.parametrize("key", ["", "x", "Contract", "contract-signed", "1st", "smoke_test_passed"])
def test_key_is_sound_and_once_in_a_version(draft, editor, key):
    with pytest.raises(Invalid) as refused:
        _add(draft, editor, key=key)
    assert "key" in {problem.pointer for problem in refused.value.problems}


def test_items_cannot_require_each_other_in_a_circle(draft, editor):
    _add(draft, editor, key="first_thing", requires=[])
    _add(draft, editor, key="second_thing", requires=["first_thing"])
    _add(draft, editor, key="third_thing", requires=["second_thing"])
    with pytest.raises(Invalid) as refused:
        _change(draft, editor, "first_thing", requires=["third_thing"])
    (problem,) = refused.value.problems
    assert problem.code == "circular_requirement"
    assert "first_thing requires third_thing requires second_thing requires first_thing" in problem.message


def test_what_another_item_requires_is_not_removed(draft, editor):
    with pytest.raises(Conflict, match="smoke_test_passed"):
        services.remove(draft, "products_installed", revision=0, by=editor)


def test_key_stays_and_unknown_items_do_not_exist(draft, editor):
    for act in (services.remove, lambda *given, **more: services.change(*given, values=MANUAL, **more)):
        with pytest.raises(NotFound):
            act(draft, "nothing_such", revision=0, by=editor)


def test_two_editors_do_not_undo_each_others_work(draft, editor):
    _add(draft, editor)
    with pytest.raises(Stale):
        services.remove(draft, "vpn_up", revision=0, by=editor)


def test_published_version_never_changes(draft, editor):
    version = checklist_versions.latest()
    acts = (
        lambda: services.add(version, key="contract_signed", values=MANUAL, revision=0, by=editor),
        lambda: services.change(version, "vpn_up", values=AUTOMATIC, revision=0, by=editor),
        lambda: services.remove(version, "vpn_up", revision=0, by=editor),
        lambda: services.reorder(version, keys=[], revision=0, by=editor),
        lambda: services.publish(version, note="again", revision=0, by=editor),
        lambda: services.discard(version, revision=0, by=editor),
    )
    for act in acts:
        with pytest.raises(Conflict):
            act()
    assert version.items.count() == len(first.rows())


def test_same_and_unexplained_versions_are_not_published(draft, editor):
    with pytest.raises(Conflict, match="same"):
        services.publish(draft, note="Nothing", revision=0, by=editor)
    for note in (" ", "x" * 501):
        with pytest.raises(Invalid):
            services.publish(draft, note=note, revision=0, by=editor)


def test_what_a_later_release_no_longer_knows_is_not_published(draft, editor):
    _add(draft, editor)
    TemplateItem.objects.filter(template=draft, key="vpn_up").update(steps=["gone_with_a_release"])
    draft.refresh_from_db()
    with pytest.raises(Conflict, match="vpn_up: There is no step gone_with_a_release"):
        services.publish(draft, note="A contract", revision=draft.revision, by=editor)


def test_draft_is_discarded(draft, editor):
    services.discard(draft, revision=0, by=editor)
    assert not ChecklistTemplate.objects.filter(state="draft").exists()
    assert services.begin(by=editor).number == draft.number


@pytest.mark.parametrize("role", ["engineer", "approver", "auditor"])
def test_account_managers_and_administrators_write_versions(role):
    with pytest.raises(Forbidden):
        services.begin(by=getattr(people, role)())
    draft = services.begin(by=people.administrator())
    with pytest.raises(Forbidden):
        services.discard(draft, revision=0, by=getattr(people, role)())


def test_customers_write_none():
    with pytest.raises(Forbidden):
        services.begin(by=people.customer_administrator(people.customer()))


@pytest.mark.parametrize("number", [1, 3, 10])
def test_difference_costs_the_same_however_many_items_differ(draft, editor, number):
    for one in range(number):
        _add(draft, editor, key=f"item_{one}")
    with CaptureQueriesContext(connection) as seen:
        assert len(services.difference(draft).added) == number
    assert len(seen) == 3


def test_conditions_of_a_version_ask_the_specification():
    version = checklist_versions.latest()
    of = spec()
    assert isinstance(of, Spec)
    asked = checklist_versions.called_for(version.items.all(), Environment(kind=EnvironmentKind.TEST), of)
    assert "alarms_set" not in {item.key for item in asked}
    asked = checklist_versions.called_for(version.items.all(), Environment(kind=EnvironmentKind.PRODUCTION), of)
    assert "alarms_set" in {item.key for item in asked}
