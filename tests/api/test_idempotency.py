"""`Idempotency-Key`: the same call is done once, another call under the same key never."""

from datetime import timedelta
from typing import Any

import pytest
import time_machine

from portal.accounts.models import ApiToken, Customer
from portal.core import clock
from portal.core.models import IdempotencyRecord
from tests.api.caller import Caller
from tests.factories import people

pytestmark = pytest.mark.django_db
KEY = "0b9f8a5e-50cf-4f0a-a8a1-1d6a9cf0cbde"


def create(caller: Caller, name: str = "Acme", key: str = KEY) -> Any:
    return caller.post("/customers", {"name": name}, Idempotency_Key=key)


def test_the_same_call_is_answered_as_before_and_done_once() -> None:
    caller = Caller(people.account_manager())

    first, second = create(caller), create(caller, key=f'"{KEY}"')

    assert (first.status_code, second.status_code) == (201, 201)
    assert second.data == first.data
    assert second["Location"] == first["Location"]
    assert second["Idempotency-Replayed"] == "true"
    assert Customer.objects.count() == 1


def test_a_refusal_is_answered_as_before_too() -> None:
    people.customer("Acme")
    caller = Caller(people.account_manager())
    first = create(caller)

    second = create(caller)

    assert (first.status_code, second.status_code) == (400, 400)
    assert second.data == first.data
    assert second["Idempotency-Replayed"] == "true"


def test_another_body_under_the_same_key_is_422() -> None:
    caller = Caller(people.account_manager())
    create(caller)

    answer = create(caller, "Globex")

    assert (answer.status_code, answer.data["code"]) == (422, "idempotency_key_reused")


def test_a_key_is_one_persons_own() -> None:
    create(Caller(people.account_manager()))

    assert create(Caller(people.account_manager()), "Globex").status_code == 201


def test_a_call_under_way_is_409_for_a_minute() -> None:
    person = people.account_manager()
    caller = Caller(person)
    create(caller)
    IdempotencyRecord.objects.update(status=None)
    Customer.objects.update(name="As if it had not happened", slug="other")

    meanwhile = create(caller)
    IdempotencyRecord.objects.update(created_at=clock.now() - timedelta(seconds=61))
    later = create(caller)

    assert (meanwhile.status_code, meanwhile.data["code"]) == (409, "idempotency_in_flight")
    assert later.status_code == 201


def test_a_conflict_is_not_kept() -> None:
    manager = people.account_manager()
    customer = people.customer()
    caller = Caller(manager)
    people.contact(customer, name="Ada")
    body = {"email": customer.memberships.get().user.email, "role": "viewer", "customer": customer.pk}

    refused = caller.post("/invitations", body, Idempotency_Key=KEY)
    customer.memberships.all().delete()
    accepted = caller.post("/invitations", body, Idempotency_Key=KEY)

    assert (refused.status_code, accepted.status_code) == (409, 201)


def test_a_defect_is_not_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    caller = Caller(people.account_manager())
    with monkeypatch.context() as broken:
        broken.setattr("portal.accounts.services.customers.create", lambda **_: 1 / 0)
        with pytest.raises(ZeroDivisionError):
            create(caller)

    assert create(caller).status_code == 201


def test_an_answer_is_forgotten_after_a_day() -> None:
    caller = Caller(people.account_manager())
    create(caller)
    ApiToken.objects.update(expires_at=clock.now() + timedelta(days=9))

    with time_machine.travel(clock.now() + timedelta(hours=24, seconds=1)):
        answer = create(caller, "Globex")

    assert answer.status_code == 201
    assert IdempotencyRecord.objects.count() == 1


@pytest.mark.parametrize("key", ["short", "a" * 129, "with a space", "ümlaut-ümlaut"])
def test_a_key_is_8_to_128_printable_characters(key: str) -> None:
    answer = create(Caller(people.account_manager()), key=key)

    assert (answer.status_code, answer.data["code"]) == (400, "bad_idempotency_key")


def test_the_answer_that_holds_a_token_is_never_kept() -> None:
    caller = Caller()
    caller.client.force_login(people.account_manager())
    body = {"name": "CI", "scopes": ["customer:read"], "days": 30}

    answer = caller.post("/tokens", body, Idempotency_Key=KEY)

    assert answer.status_code == 201
    assert answer.data["token"].startswith("op_")
    assert not IdempotencyRecord.objects.exists()
