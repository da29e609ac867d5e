import json
from typing import Any

import pytest

from environments.models import AwsAccount
from onboarding.models import Onboarding, Section
from onboarding.services import sections
from onboarding.states import SectionState, Stage
from portal.accounts.models import User
from portal.audit.models import AuditEvent
from portal.core import clock
from portal.core.errors import Conflict, Forbidden, Invalid, Stale
from portal.outbox.models import OutboxMessage
from portal.vault import services as vault
from portal.vault.models import SealedSecret
from tests.factories import onboardings as factory
from tests.factories import people
from tests.factories.answers import ANSWERS, answers_for

pytestmark = pytest.mark.django_db

DNS = {"choice": "route53", "zone": "acme.internal"}


@pytest.fixture
def onboarding() -> Onboarding:
    return factory.onboarding()


@pytest.fixture
def author(onboarding: Onboarding) -> User:
    return people.contact(onboarding.customer, name="Ada Author")


def test_saved_draft_holds_canonical_answers_under_a_new_revision(onboarding: Onboarding, author: User) -> None:
    section = factory.section(onboarding, "dns")

    sections.save(section, answers={"choice": "route53", "zone": "ACME.internal."}, revision=0, by=author)

    section.refresh_from_db()
    assert section.answers == DNS
    assert (section.state, section.revision, section.edited_by) == (SectionState.DRAFT, 1, author)
    event = AuditEvent.objects.get(action="section.saved")
    assert (event.before, event.after, event.actor) == ({}, DNS, author)


def test_saving_the_same_answers_again_changes_nothing(onboarding: Onboarding, author: User) -> None:
    factory.answer(onboarding, "dns", DNS, author)

    section = factory.answer(onboarding, "dns", DNS, author)

    assert section.revision == 1
    assert AuditEvent.objects.filter(action="section.saved").count() == 1


def test_draft_may_break_rules_but_not_types(onboarding: Onboarding, author: User) -> None:
    section = factory.answer(onboarding, "dns", {"choice": "own", "zone": "acme"}, author)

    assert section.answers == {"choice": "own", "zone": "acme"}
    assert [problem.pointer for problem in sections.problems(section)] == ["zone", "servers"]
    with pytest.raises(Invalid) as refusal:
        sections.save(section, answers={"choice": "own", "zone": 5, "colour": "red"}, revision=1, by=author)
    assert [problem.pointer for problem in refusal.value.problems] == ["colour", "zone"]


def test_stale_edit_shows_what_is_stored(onboarding: Onboarding, author: User) -> None:
    factory.answer(onboarding, "dns", DNS, author)
    other = people.contact(onboarding.customer)

    with pytest.raises(Stale) as refusal:
        sections.save(factory.section(onboarding, "dns"), answers={}, revision=0, by=other)

    assert (refusal.value.revision, refusal.value.current) == (1, DNS)
    assert "Ada Author" in refusal.value.message


@pytest.mark.parametrize("role", ["viewer", "approver", "auditor", "stranger"])
def test_who_may_not_answer_is_refused(onboarding: Onboarding, role: str) -> None:
    person = {
        "viewer": lambda: people.viewer(onboarding.customer),
        "approver": people.approver,
        "auditor": people.auditor,
        "stranger": lambda: people.contact(people.customer()),
    }[role]()

    with pytest.raises(Forbidden):
        sections.save(factory.section(onboarding, "dns"), answers=DNS, revision=0, by=person)
    with pytest.raises(Forbidden):
        sections.submit(factory.section(onboarding, "dns"), revision=0, by=person)
    with pytest.raises(Forbidden):
        sections.submit_all(onboarding, by=person)
    with pytest.raises(Forbidden):
        sections.withdraw(factory.section(onboarding, "dns"), by=person)


def test_secret_is_sealed_and_nowhere_in_clear(onboarding: Onboarding, author: User) -> None:
    section = factory.answer(onboarding, "smtp", ANSWERS["smtp"], author)

    reference = section.answers["password"]
    assert vault.unseal(SealedSecret.objects.get(pk=reference["secret"])) == ANSWERS["smtp"]["password"]
    assert reference["ends"] == "3f"
    kept = json.dumps([section.answers, *AuditEvent.objects.values_list("before", "after")])
    assert ANSWERS["smtp"]["password"] not in kept
    assert reference["secret"] not in json.dumps(list(AuditEvent.objects.values_list("before", "after")))


@pytest.mark.parametrize("given", ["", None, "reference", "forged"])
def test_blank_secret_keeps_the_stored_one(onboarding: Onboarding, author: User, given: str | None) -> None:
    stored = factory.answer(onboarding, "smtp", ANSWERS["smtp"], author).answers["password"]
    forged = {"secret": "sec_of_somebody_else", "set_at": "2026-01-01", "ends": ""}
    password: Any = {"reference": stored, "forged": forged}.get(given or "", given)

    section = factory.answer(onboarding, "smtp", {**ANSWERS["smtp"], "port": 2587, "password": password}, author)

    assert section.answers["password"] == stored
    assert section.answers["port"] == 2587


def test_forged_reference_is_no_answer(onboarding: Onboarding, author: User) -> None:
    forged = {"secret": "sec_of_somebody_else", "set_at": "2026-01-01", "ends": ""}

    section = factory.answer(onboarding, "smtp", {**ANSWERS["smtp"], "password": forged}, author)

    assert "password" not in section.answers
    assert [problem.pointer for problem in sections.problems(section)] == ["password"]


def test_new_secret_replaces_the_stored_one(onboarding: Onboarding, author: User) -> None:
    before = factory.answer(onboarding, "smtp", ANSWERS["smtp"], author).answers["password"]

    after = factory.answer(onboarding, "smtp", {**ANSWERS["smtp"], "password": "short"}, author).answers["password"]

    assert after["secret"] != before["secret"]
    assert after["ends"] == ""


def test_answer_to_a_hidden_question_is_kept_when_it_is_not_sent(onboarding: Onboarding, author: User) -> None:
    factory.answer(onboarding, "ntp", ANSWERS["ntp"], author)

    section = factory.answer(onboarding, "ntp", {"choice": "amazon"}, author)

    assert section.answers == {"choice": "amazon", "servers": ANSWERS["ntp"]["servers"]}


def new_vpcs(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """The same environments, whose VPCs the provider makes: nobody is asked for an ID any more, and none is sent."""
    return [{**{key: value for key, value in row.items() if key != "vpc_id"}, "vpc": "provider"} for row in rows]


@pytest.mark.parametrize(
    ("sent", "kept"),
    [
        (lambda rows: rows, ["vpc-0a1b2c3d4e5f60001", "vpc-0a1b2c3d4e5f60002"]),
        (lambda rows: rows[::-1], ["vpc-0a1b2c3d4e5f60002", "vpc-0a1b2c3d4e5f60001"]),
        (lambda rows: rows[1:], ["vpc-0a1b2c3d4e5f60002"]),
        (lambda rows: [rows[0], {**rows[1], "name": "Trial"}], ["vpc-0a1b2c3d4e5f60001", "vpc-0a1b2c3d4e5f60002"]),
        (
            lambda rows: [*rows, {"name": "Staging", "vpc": "provider"}],
            ["vpc-0a1b2c3d4e5f60001", "vpc-0a1b2c3d4e5f60002", None],
        ),
        (lambda rows: [{**rows[1], "name": "Trial"}], [None]),
    ],
    ids=["as before", "in another order", "one taken away", "renamed", "one added", "renamed and one taken away"],
)
def test_answer_to_a_hidden_question_is_kept_with_its_row(
    onboarding: Onboarding, author: User, sent: Any, kept: list[str | None]
) -> None:
    factory.answer(onboarding, "remote_access", ANSWERS["remote_access"], author)
    rows = sent(new_vpcs(ANSWERS["remote_access"]["environments"]))

    section = factory.answer(onboarding, "remote_access", {"account_wish": False, "environments": rows}, author)

    assert [row.get("vpc_id") for row in section.answers["environments"]] == kept


def test_rows_of_one_name_keep_what_is_theirs(onboarding: Onboarding, author: User) -> None:
    rows = new_vpcs([{"name": "Same"}, {"name": "Same"}])
    stored = {"environments": [rows[0], {**rows[1], "vpc_id": "vpc-0a1b2c3d4e5f60002"}]}
    factory.answer(onboarding, "remote_access", stored, author)

    section = factory.answer(onboarding, "remote_access", {"environments": rows}, author)

    assert section.answers == stored


def test_what_is_to_be_found_out_of_a_row_is_kept_while_it_is_not_asked(onboarding: Onboarding, author: User) -> None:
    row = {"name": "Production", "vpc": "existing", "unknown": ["vpc_id"]}
    factory.answer(onboarding, "remote_access", {"environments": [row]}, author)

    changed = {"name": "Production", "vpc": "provider"}
    section = factory.answer(onboarding, "remote_access", {"environments": [changed]}, author)

    assert section.answers["environments"] == [{**changed, "unknown": ["vpc_id"]}]


def test_named_account_has_one_external_id_per_customer(onboarding: Onboarding, author: User) -> None:
    answers = answers_for("222222222222")["remote_access"]
    factory.answer(onboarding, "remote_access", answers, author)
    factory.answer(onboarding, "remote_access", {**answers, "account_wish": True}, author)

    account = AwsAccount.objects.get(customer=onboarding.customer)
    assert account.account_id == "222222222222"
    assert len(account.external_id) >= 43
    assert account.role_arn == "arn:aws:iam::222222222222:role/WSO2ManagedServicesProvisioner"


def test_account_that_another_customer_proved_is_refused_without_naming_them(
    onboarding: Onboarding, author: User
) -> None:
    other = people.customer("Rival Holdings")
    AwsAccount.objects.create(
        customer=other, account_id="222222222222", external_id="x", role_name="r", verified_at=clock.now()
    )

    section = factory.answer(onboarding, "remote_access", answers_for("222222222222")["remote_access"], author)

    found = sections.problems(section)
    assert [problem.pointer for problem in found] == ["environments/0/account_id", "environments/1/account_id"]
    assert "Rival" not in found[0].message
    assert not AwsAccount.objects.filter(customer=onboarding.customer).exists()


def test_range_that_is_routed_elsewhere_is_refused_without_naming_whose(onboarding: Onboarding, author: User) -> None:
    factory.approved(
        factory.onboarding(people.customer("Rival Holdings")), answers=answers_for(production_cidr="10.60.0.0/16")
    )

    section = factory.answer(
        onboarding, "remote_access", answers_for(production_cidr="10.60.4.0/22")["remote_access"], author
    )

    found = sections.problems(section)
    assert [problem.pointer for problem in found] == ["environments/0/cidr_blocks/0"]
    assert "Rival" not in found[0].message


def test_problems_see_the_other_sections(onboarding: Onboarding, author: User) -> None:
    factory.answered(onboarding, author)

    section = factory.answer(onboarding, "backup", {**ANSWERS["backup"], "dr_region": "eu-west-1"}, author)

    assert [problem.pointer for problem in sections.problems(section)] == ["dr_region"]


def test_submit_names_every_problem_and_leaves_the_draft(onboarding: Onboarding, author: User) -> None:
    section = factory.answer(onboarding, "dns", {"choice": "own"}, author)

    with pytest.raises(Invalid) as refusal:
        sections.submit(section, revision=1, by=author)

    assert [problem.pointer for problem in refusal.value.problems] == ["zone", "servers"]
    section.refresh_from_db()
    assert section.state == SectionState.DRAFT


def test_submitted_section_waits_for_review_and_tells_the_reviewers(onboarding: Onboarding, author: User) -> None:
    engineer = people.engineer()
    people.auditor()
    section = factory.answer(onboarding, "dns", DNS, author)

    sections.submit(section, revision=1, by=author)

    assert (section.state, section.submitted_by, section.revision) == (SectionState.SUBMITTED, author, 2)
    recipients = set(OutboxMessage.objects.values_list("recipient", flat=True))
    assert recipients == {engineer.email, onboarding.account_manager.email}
    assert "acme.internal" not in "".join(OutboxMessage.objects.values_list("text", flat=True))


def test_submitted_section_cannot_be_saved_until_it_is_withdrawn(onboarding: Onboarding, author: User) -> None:
    section = factory.answer(onboarding, "dns", DNS, author)
    sections.submit(section, revision=1, by=author)

    with pytest.raises(Conflict):
        sections.save(section, answers={}, revision=2, by=author)
    sections.withdraw(section, by=author)
    with pytest.raises(Conflict):
        sections.withdraw(section, by=author)

    assert factory.answer(onboarding, "dns", {**DNS, "zone": "x.internal"}, author).answers["zone"] == "x.internal"


def test_submit_all_submits_all_with_one_mail_per_reviewer(onboarding: Onboarding, author: User) -> None:
    factory.answered(onboarding, author)

    sections.submit_all(onboarding, by=author)

    states = set(Section.objects.filter(onboarding=onboarding).values_list("state", flat=True))
    assert states == {SectionState.SUBMITTED}
    assert onboarding.stage == Stage.REVIEW
    assert OutboxMessage.objects.count() == 1
    with pytest.raises(Conflict):
        sections.submit_all(onboarding, by=author)


def test_submit_all_submits_nothing_while_something_is_missing(onboarding: Onboarding, author: User) -> None:
    factory.answered(onboarding, author)
    factory.answer(onboarding, "ntp", {}, author)

    with pytest.raises(Invalid) as refusal:
        sections.submit_all(onboarding, by=author)

    assert [(problem.pointer, problem.message) for problem in refusal.value.problems] == [
        ("ntp/choice", "NTP: Select the time service")
    ]
    assert not Section.objects.filter(onboarding=onboarding, state=SectionState.SUBMITTED).exists()
    assert not OutboxMessage.objects.exists()
