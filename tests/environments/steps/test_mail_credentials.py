import json
from dataclasses import replace

import pytest

from environments.provisioning.ports import NoSecrets
from environments.provisioning.specification import Mail
from environments.provisioning.step import Drifted, Missing, Ready, StepRefused
from environments.provisioning.steps.mail_credentials import MailCredentials, fingerprint
from tests.environments.steps.conftest import Bench, bench_of, spec_of_northwind

STEP = MailCredentials()
MAIL = Mail("own", "alerts@acme.example", "", "mail.acme.example", 587, "starttls", "alerts", "sec_1")
CONTENT = {
    "host": "mail.acme.example",
    "port": 587,
    "encryption": "starttls",
    "username": "alerts",
    "password": "secret of sec_1",
    "sender": "alerts@acme.example",
}


@pytest.fixture
def bench(world, request) -> Bench:
    return bench_of(world, request, mail=MAIL)


@pytest.fixture
def made(bench) -> Bench:
    bench.make(STEP)
    bench.forget()
    return bench


def _name(bench: Bench) -> str:
    return STEP.wanted(bench.spec)[0].name


def _content(bench: Bench):
    value = bench.customer.read("secretsmanager", "get_secret_value", SecretId=_name(bench))
    return json.loads(value["SecretString"])


def test_log_in_is_where_the_products_find_it(bench):
    found = STEP.apply(bench.context, Missing())

    assert isinstance(found, Ready)
    assert bench.changes == ["secretsmanager.create_secret"]
    assert _content(bench) == CONTENT
    assert found.outputs["secret_name"] == _name(bench)


def test_password_is_in_nothing_that_is_kept_or_shown(made):
    found = STEP.observe(made.context)

    assert isinstance(found, Ready)
    for told in (found, STEP.wanted(made.spec), STEP.planned(made.spec), made.outputs):
        assert "secret of sec_1" not in repr(told)
    row = made.customer.read("secretsmanager", "describe_secret", SecretId=_name(made))
    assert "secret of sec_1" not in repr(row)


def test_looking_costs_one_read_and_opens_nothing(made):
    found = STEP.observe(replace(made.context, secrets=NoSecrets()))

    assert isinstance(found, Ready)
    assert (made.changes, made.reads) == ([], ["secretsmanager.describe_secret"])


def test_new_password_is_drift_and_written(made):
    made.spec = replace(made.spec, mail=replace(MAIL, password="sec_2"))

    found = STEP.observe(replace(made.context, secrets=NoSecrets()))

    assert isinstance(found, Drifted)
    made.make(STEP)
    assert made.changes == ["secretsmanager.put_secret_value", "secretsmanager.tag_resource"]
    assert _content(made) == {**CONTENT, "password": "secret of sec_2"}
    assert isinstance(STEP.observe(made.context), Ready)


def test_crash_before_the_mark_writes_the_same_once_more(made):
    made.spec = replace(made.spec, mail=replace(MAIL, password="sec_2"))
    content = STEP._content(made.context, STEP.wanted(made.spec)[0])
    made.customer.change("secretsmanager", "put_secret_value", SecretId=_name(made), **content)

    made.make(STEP)

    assert _content(made)["password"] == "secret of sec_2"


@pytest.mark.parametrize(
    "change",
    [{"host": "other"}, {"port": 465}, {"encryption": "tls"}, {"username": "other"}, {"sender": "x@acme.example"}],
    ids=lambda change: next(iter(change)),
)
def test_mark_is_another_when_any_part_is_another(change):
    spec = spec_of_northwind(mail=MAIL)
    assert fingerprint(spec) == fingerprint(spec_of_northwind(mail=MAIL))
    assert fingerprint(spec) != fingerprint(replace(spec, mail=replace(MAIL, **change)))
    assert fingerprint(spec) != fingerprint(replace(spec, external_id="of another account"))


def test_secret_that_was_deleted_by_hand_is_restored(made):
    made.customer.change("secretsmanager", "delete_secret", SecretId=_name(made))

    found = STEP.observe(made.context)

    assert isinstance(found, Drifted)
    assert "state is to be deleted instead of kept" in found.differences[0]
    made.make(STEP)
    assert made.changes[-1] == "secretsmanager.restore_secret"
    assert _content(made) == CONTENT


def test_lost_answer_makes_no_second_one(bench):
    STEP.apply(bench.context, Missing())
    bench.forget()

    bench.make(STEP)

    assert bench.changes == []


def test_secret_of_this_name_that_somebody_else_made_is_refused(bench):
    token = "0" * 32
    bench.customer.change(
        "secretsmanager", "create_secret", Name=_name(bench), SecretString="x", ClientRequestToken=token, Tags=[]
    )

    with pytest.raises(StepRefused) as refused:
        STEP.observe(bench.context)

    assert refused.value.code == "not_ours"


def test_tear_down_leaves_nothing(made):
    made.tear_down(STEP)
    STEP.remove(made.context)

    assert isinstance(STEP.observe(made.context), Missing)


def test_it_is_for_customers_with_their_own_mail_server():
    assert STEP.applies(spec_of_northwind(mail=MAIL))
    assert not STEP.applies(spec_of_northwind())
