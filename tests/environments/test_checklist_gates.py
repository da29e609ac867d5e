"""The gate never opens early, whatever people and AWS do, in whatever order.

Random acts are done to the services and, beside them, to a plain model that knows only the rules: what is asked, what was last
seen, who signed. The gate may stay closed longer than the model says, never open sooner; and it does open once all is done.
"""

from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any

import pytest
from django.db import transaction
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from environments import selectors
from environments.models import ChecklistTemplate, Environment, TemplateItem
from environments.provisioning import plan as planning
from environments.provisioning.steps import BY_KEY
from environments.services import checklist, checklist_moves, cloud, known
from environments.states import ItemState
from portal.accounts.models import User
from portal.core import clock
from portal.core.errors import Conflict, Forbidden
from tests.factories import environments, people

pytestmark = [pytest.mark.django_db, pytest.mark.timeout(600)]

AUTOMATIC: dict[str, dict[str, Any]] = {
    "peer": {"steps": ["peering_request"]},
    "routes": {"steps": ["provider_routes", "customer_routes"]},
    "zone": {"steps": ["private_zone"], "conditions": ["route53"]},
}
MANUAL: dict[str, dict[str, Any]] = {
    "login": {"requires": ["routes"]},
    "smoke": {"requires": ["peer"], "needs_second_person": True},
    "firewall": {"owner": "customer"},
}
FIRST = AUTOMATIC | MANUAL
SECOND = FIRST | {"smoke": MANUAL["smoke"] | {"title": "Twice"}, "paper": {}, "login": {"requires": ["peer"]}}
THIRD = {key: said for key, said in SECOND.items() if key != "paper"} | {
    "peer": {"steps": ["peering_request", "log_bucket"]},
    "firewall": MANUAL["firewall"] | {"group": "Far away"},
}
VERSIONS = (FIRST, SECOND, THIRD)
ZONES = ("acme.internal", "")
STEPS = sorted({step for said in THIRD.values() for step in said.get("steps", ())})
ALTERED = {1: {"smoke"}, 2: {"peer"}}
"""By the place of a version: of which items it says something else than the one before."""


def _publish() -> list[ChecklistTemplate]:
    made = []
    for number, version in enumerate(VERSIONS, start=1):
        now = clock.now()
        template = ChecklistTemplate.objects.create(
            number=number + 100, state="published", created_at=now, published_at=now
        )
        for position, (key, said) in enumerate(version.items()):
            kind = "automatic" if "steps" in said else "manual"
            values = {"title": key, "group": "All", "owner": "provider", "kind": kind, "position": position} | said
            TemplateItem.objects.create(template=template, key=key, **values)
        made.append(template)
    return made


@dataclass
class Model:
    """What the rules say. `now` counts the acts; `reset`: since when older looks at an item count no more;
    `looked`: when the last look at it began."""

    version: int = 0
    zone: str = ZONES[0]
    answered: int = 0
    now: int = 0
    seen: dict[str, int] = field(default_factory=dict)
    reset: dict[str, int] = field(default_factory=dict)
    looked: dict[str, int] = field(default_factory=dict)
    signed: dict[str, tuple[str, str | None]] = field(default_factory=dict)

    def wanted(self) -> dict[str, dict[str, Any]]:
        return {key: said for key, said in VERSIONS[self.version].items() if key != "zone" or self.zone}

    def look(self, began: int, answers: int, lost: set[str]) -> None:
        if answers != self.answered:
            return
        for key, said in self.wanted().items():
            if "steps" not in said or began < self.looked.get(key, -1):
                continue
            self.looked[key] = began
            if lost.intersection(said["steps"]):
                self.seen.pop(key, None)
                self.reset[key] = self.now
            elif began > self.reset.get(key, -1):
                self.seen[key] = began

    def answer(self, zone: str) -> None:
        self.zone, self.answered = zone, self.answered + 1
        self.signed.clear()
        self.seen.clear()
        self.reset = dict.fromkeys(AUTOMATIC, self.now)

    def move(self, version: int) -> None:
        for place in range(self.version + 1, version + 1):
            for key in ALTERED[place]:
                self.signed.pop(key, None)
                if self.seen.pop(key, None) is not None:
                    self.reset[key] = self.now
        self.version = version
        self.signed = {key: who for key, who in self.signed.items() if key in self.wanted()}

    def is_true(self, key: str) -> bool:
        said = VERSIONS[self.version][key]
        if "steps" in said:
            return key in self.seen
        signer, second = self.signed.get(key, (None, None))
        return signer is not None and (not said.get("needs_second_person") or second not in (None, signer))

    def is_ready(self) -> bool:
        return all(self.is_true(key) for key in self.wanted())


class World:
    """The environment with its people; every act is done to it and to the model."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.templates = _publish()
        self.environment = environments.environment(zone=ZONES[0])
        self.environment.checklist_template = self.templates[0]
        self.environment.save()
        checklist.ensure(self.environment)
        customer = self.environment.customer
        self.people: list[User] = [
            people.engineer(),
            people.account_manager(),
            people.contact(customer),
            people.customer_administrator(customer),
            people.approver(),
        ]
        self.model = Model()
        monkeypatch.setattr(cloud, "looking", lambda *_: None)
        monkeypatch.setattr(known, "standing", lambda *_: {})
        monkeypatch.setattr(planning, "make", lambda *_: self.meanwhile())
        self.meanwhile: Callable[[], list[planning.PlannedStep]] = list

    def fresh(self) -> Environment:
        return Environment.objects.select_related("customer", "checklist_template").get(pk=self.environment.pk)

    def do(self, act: tuple[Any, ...]) -> None:
        self.model.now += 1
        name, *given = act
        with suppress(Conflict, Forbidden):
            getattr(self, f"do_{name}")(*given)

    def do_sign(self, key: str, who: int) -> None:
        item = self._item(key)
        checklist.sign(item, note="Seen", revision=item.revision, by=self.people[who])
        self.model.signed[key] = (self.people[who].pk, None)
        assert all(self.model.is_true(needed) for needed in VERSIONS[self.model.version][key].get("requires", ()))

    def do_confirm(self, key: str, who: int) -> None:
        item = self._item(key)
        checklist.confirm(item, revision=item.revision, by=self.people[who])
        self.model.signed[key] = (self.model.signed[key][0], self.people[who].pk)

    def do_unsign(self, key: str, who: int) -> None:
        item = self._item(key)
        checklist.unsign(item, revision=item.revision, by=self.people[who])
        self.model.signed.pop(key)

    def do_look(self, lost: set[str], meanwhile: tuple[Any, ...] | None) -> None:
        """Look at AWS; something else may happen between the look and its judgement."""
        began, answers = self.model.now, self.model.answered

        def seen() -> list[planning.PlannedStep]:
            if meanwhile:
                self.do(meanwhile)
                self.meanwhile = seen
            return [
                planning.PlannedStep(key, BY_KEY[key].title, planning.CHANGE if key in lost else planning.KEEP)
                for key in BY_KEY
            ]

        self.meanwhile = seen
        checklist.verify(self.environment.pk)
        self.model.look(began, answers, lost)

    def do_answer(self, zone: str) -> None:
        with transaction.atomic():
            environments.specify(self.environment, zone=zone)
            checklist.ensure(self.fresh())
        self.model.answer(zone)

    def do_move(self, version: int) -> None:
        checklist_moves.move(self.fresh(), self.templates[version], by=self.people[0])
        self.model.move(version)

    def finish(self) -> None:
        """Everybody does their part."""
        self.do(("look", set(), None))
        for key, said in self.model.wanted().items():
            first = 2 if said.get("owner") == "customer" else 0
            if "steps" not in said:
                self.do(("sign", key, first))
                self.do(("confirm", key, first + 1))
                self.do(("confirm", key, first))

    def _item(self, key: str) -> Any:
        item = self.environment.checklist_items.filter(key=key).first()
        if item is None:
            raise Conflict("Not asked.")
        return item


_manual = st.sampled_from(sorted({*MANUAL, "paper"}))
_who = st.integers(0, 4)
_lost = st.sets(st.sampled_from(STEPS), max_size=2)
_simple = st.one_of(
    st.tuples(st.sampled_from(["sign", "confirm", "unsign"]), _manual, _who),
    st.tuples(st.just("answer"), st.sampled_from(ZONES)),
    st.tuples(st.just("move"), st.integers(0, 2)),
    st.tuples(st.just("look"), _lost, st.none()),
)
_acts = st.one_of(
    st.tuples(st.sampled_from(["sign", "confirm"]), _manual, st.integers(0, 3)),
    st.tuples(st.just("look"), st.just(set()), st.none()),
    _simple,
    st.tuples(st.just("look"), _lost, _simple),
    st.tuples(st.just("look"), st.just(set()), st.tuples(st.just("look"), _lost, st.none())),
    st.just(("finish",)),
)


@pytest.fixture
def anew(monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[[], World]]:
    return lambda: World(monkeypatch)


@hypothesis_settings(
    max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
)
@given(acts=st.lists(_acts, min_size=1, max_size=14))
def test_gate_opens_only_when_everything_is_true(anew: Callable[[], World], acts: list[tuple[Any, ...]]) -> None:
    with transaction.atomic():
        world = anew()
        for act in acts:
            if act == ("finish",):
                world.finish()
            else:
                world.do(act)
            is_open = selectors.hand_over_ready(world.fresh())
            assert not is_open or world.model.is_ready(), act
            green = world.environment.checklist_items.filter(state=ItemState.GREEN)
            assert all(world.model.is_true(key) for key in green.values_list("key", flat=True)), act
        world.finish()
        assert selectors.hand_over_ready(world.fresh()), "and it does open once everything is done"
        transaction.set_rollback(True)


def test_look_that_began_before_a_loss_was_found_proves_nothing(anew: Callable[[], World]) -> None:
    world = anew()
    world.finish()
    assert selectors.hand_over_ready(world.fresh())
    world.do(("look", set(), ("look", {"customer_routes"}, None)))
    assert not selectors.hand_over_ready(world.fresh())
    world.do(("look", set(), None))
    assert selectors.hand_over_ready(world.fresh())


def test_model_itself_opens_only_at_the_end(anew: Callable[[], World]) -> None:
    """The property above is not true for want of an open gate."""
    world = anew()
    for act in (("look", set(), None), ("sign", "login", 0), ("sign", "firewall", 2), ("sign", "smoke", 0)):
        world.do(act)
        assert not selectors.hand_over_ready(world.fresh())
    world.do(("confirm", "smoke", 0))
    assert not selectors.hand_over_ready(world.fresh())
    world.do(("confirm", "smoke", 1))
    assert selectors.hand_over_ready(world.fresh())
