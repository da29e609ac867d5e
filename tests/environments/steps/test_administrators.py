import json
from dataclasses import replace

import pytest

from environments.provisioning.ports import CallFailed, Failure, NoSecrets
from environments.provisioning.specification import Product
from environments.provisioning.step import Drifted, Missing, Ready, StepRefused
from environments.provisioning.steps.administrators import (
    SEALED,
    AdministratorAccounts,
    keystore_name,
    login_name,
    secret_name,
)
from tests.environments.steps.conftest import Bench

STEP = AdministratorAccounts()


@pytest.fixture
def made(bench) -> Bench:
    bench.make(STEP)
    bench.forget()
    return bench


def _accounts(bench: Bench):
    value = bench.customer.read("secretsmanager", "get_secret_value", SecretId=secret_name(bench.spec))
    return json.loads(value["SecretString"])


def test_every_product_gets_an_administrator_with_its_own_long_password(bench):
    found = STEP.apply(bench.context, Missing())
    assert isinstance(found, Ready)
    assert bench.changes == ["secretsmanager.create_secret"]
    accounts = _accounts(bench)
    assert {key: one["user_name"] for key, one in accounts.items()} == {
        "api-manager": "admin",
        "identity-server": "admin",
    }
    passwords = {one["password"] for one in accounts.values()}
    assert len(passwords) == 2
    assert {len(password) for password in passwords} == {28}


def test_sealed_copy_is_what_stands_in_secrets_manager(made):
    assert json.loads(made.vault.sealed[SEALED]) == _accounts(made)


def test_passwords_are_in_nothing_that_is_kept_or_shown(made):
    row = made.customer.read("secretsmanager", "describe_secret", SecretId=secret_name(made.spec))
    told = repr((STEP.observe(made.context), STEP.wanted(made.spec), STEP.planned(made.spec), made.outputs, row))
    assert not [one for one in _accounts(made).values() if one["password"] in told]


def test_looking_costs_one_read_and_opens_nothing(made):
    class Closed(NoSecrets):
        def kept(self, name: str) -> str:
            return made.vault.kept(name)

    assert isinstance(STEP.observe(replace(made.context, secrets=Closed())), Ready)
    assert (made.reads, made.changes) == (["secretsmanager.describe_secret"], [])


def test_crash_after_sealing_writes_the_same_passwords(bench):
    STEP._content(bench.context)
    before = json.loads(bench.vault.sealed[SEALED])
    bench.make(STEP)
    assert _accounts(bench) == before


def test_new_product_gets_its_administrator_and_the_others_keep_theirs(made):
    before = _accounts(made)
    added = Product("micro-integrator", "4.4.0", "mi.northwind.internal", "10.20.0.12")
    made.spec = replace(made.spec, products=(*made.spec.products, added))
    assert isinstance(STEP.observe(made.context), Drifted)
    made.make(STEP)
    after = _accounts(made)
    assert {key: after[key] for key in before} == before
    assert set(after) - set(before) == {"micro-integrator"}
    assert json.loads(made.vault.sealed[SEALED]) == after


def test_lost_copy_makes_no_other_passwords(made):
    before = _accounts(made)
    made.vault.forget(SEALED)
    with pytest.raises(StepRefused) as refused:
        made.make(STEP)
    assert refused.value.code == "not_sealed"
    assert _accounts(made) == before


def test_secret_that_was_deleted_by_hand_is_restored(made):
    before = _accounts(made)
    made.customer.change("secretsmanager", "delete_secret", SecretId=secret_name(made.spec))
    made.make(STEP)
    assert made.changes[-1] == "secretsmanager.restore_secret"
    assert _accounts(made) == before


def test_secret_of_this_name_that_somebody_else_made_is_refused(bench):
    bench.customer.change(
        "secretsmanager",
        "create_secret",
        Name=secret_name(bench.spec),
        SecretString="x",
        ClientRequestToken="0" * 32,
        Tags=[],
    )
    with pytest.raises(StepRefused) as refused:
        STEP.observe(bench.context)
    assert refused.value.code == "not_ours"


def test_tear_down_takes_secret_copy_and_what_the_machines_made(made):
    by_machines = [keystore_name(made.spec, "api-manager"), login_name(made.spec, "api-manager")]
    for name in by_machines:
        made.customer.change(
            "secretsmanager", "create_secret", Name=name, SecretString="x", ClientRequestToken="0" * 32, Tags=[]
        )
    made.tear_down(STEP)
    STEP.remove(made.context)
    assert isinstance(STEP.observe(made.context), Missing)
    assert SEALED not in made.vault.sealed
    for name in by_machines:
        with pytest.raises(CallFailed) as failed:
            made.customer.read("secretsmanager", "describe_secret", SecretId=name)
        assert failed.value.failure == Failure.MISSING
