from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from environments.provisioning.ports import CallFailed
from environments.provisioning.specification import Mail
from environments.provisioning.step import Drifted, Missing, Ready, StepRefused
from environments.provisioning.steps.mail_identity import MailIdentity
from tests.environments.steps.conftest import Bench, spec_of_northwind

STEP = MailIdentity()
DOMAIN = "acme.example"


@pytest.fixture
def made(bench) -> Bench:
    bench.make(STEP)
    bench.forget()
    return bench


def _identity(bench: Bench):
    return bench.customer.read("sesv2", "get_email_identity", EmailIdentity=DOMAIN)


def _second(bench: Bench) -> Bench:
    """Return the bench of another environment of the same account and Region."""
    other = replace(bench.spec, environment_id="env_2", environment_name="Test")
    return Bench(other, stand_in=bench.in_stand_in, memory=bench.in_memory)


def test_identity_is_signed_and_has_a_mail_from_domain(bench):
    found = STEP.apply(bench.context, Missing())

    assert isinstance(found, Ready)
    assert bench.changes == ["sesv2.create_email_identity", "sesv2.put_email_identity_mail_from_attributes"]
    identity = _identity(bench)
    assert identity["DkimAttributes"]["SigningEnabled"]
    assert identity["MailFromAttributes"]["MailFromDomain"] == "bounce.acme.example"


def test_outputs_hold_the_five_records_to_publish(made):
    tokens = _identity(made)["DkimAttributes"]["Tokens"]

    assert made.outputs["mail_identity"]["records"] == [
        *(
            {"name": f"{token}._domainkey.acme.example", "type": "CNAME", "value": f"{token}.dkim.amazonses.com"}
            for token in tokens
        ),
        {"name": "bounce.acme.example", "type": "MX", "value": "10 feedback-smtp.eu-west-1.amazonses.com"},
        {"name": "bounce.acme.example", "type": "TXT", "value": "v=spf1 include:amazonses.com ~all"},
    ]
    assert len(set(tokens)) == 3


def test_unchanged_it_costs_one_read_and_says_the_same(made):
    before = made.outputs["mail_identity"]

    assert made.make(STEP).outputs == before
    assert (made.changes, made.reads) == ([], ["sesv2.get_email_identity"])


def test_lost_answer_makes_no_second_one(bench):
    STEP.apply(bench.context, Missing())
    bench.forget()

    bench.make(STEP)

    assert bench.changes == []


def test_crash_before_mail_from_is_mended(bench):
    STEP.apply(bench.context, Missing())
    bench.customer.change(
        "sesv2",
        "put_email_identity_mail_from_attributes",
        EmailIdentity=DOMAIN,
        MailFromDomain="",
        BehaviorOnMxFailure="USE_DEFAULT_VALUE",
    )

    found = STEP.observe(bench.context)

    assert isinstance(found, Drifted)
    assert "mail from is nothing instead of bounce.acme.example" in found.differences[0]
    bench.make(STEP)
    assert _identity(bench)["MailFromAttributes"]["MailFromDomain"] == "bounce.acme.example"


def test_signing_that_was_switched_off_is_switched_on(made):
    made.customer.change("sesv2", "put_email_identity_dkim_attributes", EmailIdentity=DOMAIN, SigningEnabled=False)

    found = STEP.observe(made.context)

    assert isinstance(found, Drifted)
    assert "dkim is off instead of on" in found.differences[0]
    made.make(STEP)
    assert _identity(made)["DkimAttributes"]["SigningEnabled"]


def test_environments_of_one_account_share_it_and_the_last_one_takes_it_away(made):
    test = _second(made)
    found = STEP.observe(test.context)
    assert isinstance(found, Drifted)

    test.make(STEP)
    assert test.changes == ["sesv2.tag_resource"]
    assert test.outputs["mail_identity"]["records"] == made.outputs["mail_identity"]["records"]

    made.tear_down(STEP)
    assert isinstance(STEP.observe(test.context), Ready)
    test.tear_down(STEP)
    assert isinstance(STEP.observe(test.context), Missing)
    assert isinstance(STEP.observe_removal(made.context), Ready)


def test_identity_that_nobody_uses_any_more_goes(made):
    """Two environments gave it back at the same moment, each seeing the other's use."""
    arn = f"arn:aws:ses:{made.spec.customer_region}:{made.spec.customer_account_id}:identity/{DOMAIN}"
    tag = f"wso2:used-by:{made.spec.environment_id}"
    made.customer.change("sesv2", "untag_resource", ResourceArn=arn, TagKeys=[tag])

    made.tear_down(STEP)

    assert isinstance(STEP.observe(made.context), Missing)


def test_identity_of_the_customers_own_is_refused_until_it_is_adopted(bench):
    bench.customer.change("sesv2", "create_email_identity", EmailIdentity=DOMAIN, Tags=[])
    bench.customer.change(
        "sesv2",
        "put_email_identity_mail_from_attributes",
        EmailIdentity=DOMAIN,
        MailFromDomain="bounce.acme.example",
        BehaviorOnMxFailure="USE_DEFAULT_VALUE",
    )

    with pytest.raises(StepRefused) as refused:
        STEP.observe(bench.context)

    assert refused.value.code == "not_ours"
    adopted = replace(bench.context, adopted=frozenset({DOMAIN}))
    assert isinstance(STEP.observe(adopted), Ready)
    STEP.remove(adopted)
    assert _identity(bench)


def test_domain_that_was_sent_from_before_is_given_back(made):
    made.spec = replace(made.spec, mail=replace(made.spec.mail, sender_domain="other.example"))

    found = STEP.observe(made.context)
    assert isinstance(found, Drifted)
    assert "Mail identity acme.example is no longer wanted" in found.differences
    made.make(STEP)

    assert made.outputs["mail_identity"]["domain"] == "other.example"
    with pytest.raises(CallFailed):
        _identity(made)


def test_identity_is_taken_away_when_the_customer_chose_their_own_server(made):
    made.spec = replace(made.spec, mail=Mail("own"))

    made.tear_down(STEP)

    with pytest.raises(CallFailed):
        _identity(made)


# ---- SES gives up after 72 hours


def test_identity_that_ses_gave_up_is_asked_for_anew(memory_bench):
    memory_bench.make(STEP)
    before = memory_bench.outputs["mail_identity"]
    memory_bench.pass_time(timedelta(hours=72))

    found = STEP.observe(memory_bench.context)

    assert isinstance(found, Drifted)
    assert "verification is too late instead of asked for" in found.differences[0]
    memory_bench.make(STEP)
    after = memory_bench.outputs["mail_identity"]
    assert datetime.fromisoformat(after["asked_at"]) - datetime.fromisoformat(before["asked_at"]) == timedelta(hours=72)
    assert isinstance(STEP.observe(memory_bench.context), Ready)


def test_other_environments_keep_their_use_when_it_is_asked_for_anew(memory_bench):
    memory_bench.make(STEP)
    test = _second(memory_bench)
    test.make(STEP)
    memory_bench.pass_time(timedelta(hours=72))

    memory_bench.make(STEP)

    test.now = memory_bench.now
    assert isinstance(STEP.observe(test.context), Ready)


def test_verified_domain_is_never_made_anew_only_its_mail_from_is(memory_bench):
    memory_bench.make(STEP)
    row = memory_bench.memory.rows("sesv2", "identity")[0]
    row["dkim_status"], row["mail_from_status"] = "SUCCESS", "FAILED"
    memory_bench.forget()

    memory_bench.make(STEP)

    assert memory_bench.changes == ["sesv2.put_email_identity_mail_from_attributes", "sesv2.tag_resource"]


def test_it_is_for_customers_who_chose_ses():
    assert STEP.applies(spec_of_northwind())
    assert not STEP.applies(spec_of_northwind(mail=Mail("own")))
    assert not STEP.applies(spec_of_northwind(mail=Mail()))
