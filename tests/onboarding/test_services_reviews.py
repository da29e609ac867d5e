from typing import Any

import pytest
from django.conf import settings

from environments.models import Environment, Plan, ProductDeployment, Specification
from onboarding.models import Onboarding, Section, SectionReview
from onboarding.services import reviews, sections
from onboarding.states import SectionState, Stage
from portal.accounts.models import User
from portal.audit.models import AuditEvent
from portal.core.errors import Conflict, Forbidden, Invalid, Stale
from portal.outbox.models import OutboxMessage
from tests.factories import onboardings as factory
from tests.factories import people
from tests.factories.answers import answers_for

pytestmark = pytest.mark.django_db


@pytest.fixture
def onboarding() -> Onboarding:
    return factory.onboarding()


@pytest.fixture
def author(onboarding: Onboarding) -> User:
    return people.contact(onboarding.customer)


@pytest.fixture
def submitted(onboarding: Onboarding, author: User) -> Section:
    factory.submitted(onboarding, author)
    return factory.section(onboarding, "dns")


def test_reviewer_approves_what_others_submitted(submitted: Section) -> None:
    engineer = people.engineer()

    review = reviews.approve(submitted, revision=submitted.revision, by=engineer)

    assert submitted.state == SectionState.APPROVED
    assert (review.reviewer, review.submitted_by, review.answers) == (
        engineer,
        submitted.submitted_by,
        submitted.answers,
    )
    assert AuditEvent.objects.get(action="section.approved").actor == engineer


@pytest.mark.parametrize("role", ["approver", "auditor"])
def test_other_staff_cannot_review(submitted: Section, role: str) -> None:
    with pytest.raises(Forbidden):
        reviews.approve(submitted, revision=submitted.revision, by=getattr(people, role)())


def test_customer_cannot_review(submitted: Section) -> None:
    with pytest.raises(Forbidden):
        reviews.approve(submitted, revision=submitted.revision, by=people.customer_administrator(submitted.customer))


def test_reviewer_cannot_approve_own_submission(onboarding: Onboarding) -> None:
    engineer = people.engineer()
    factory.submitted(onboarding, engineer)
    section = factory.section(onboarding, "dns")

    with pytest.raises(Forbidden, match="Somebody else must"):
        reviews.approve(section, revision=section.revision, by=engineer)
    with pytest.raises(Forbidden):
        reviews.request_changes(section, revision=section.revision, reason="Mine", by=engineer)


def test_reviewer_cannot_approve_what_they_edited_long_ago(onboarding: Onboarding, author: User) -> None:
    engineer = people.engineer()
    factory.answer(onboarding, "dns", {"choice": "route53"}, engineer)
    section = factory.answer(onboarding, "dns", {"choice": "route53", "zone": "acme.internal"}, author)
    sections.submit(section, revision=section.revision, by=author)

    with pytest.raises(Forbidden):
        reviews.approve(section, revision=section.revision, by=engineer)


def test_approval_binds_to_the_revision_that_was_read(submitted: Section, author: User) -> None:
    read = submitted.revision
    sections.withdraw(submitted, by=author)
    sections.submit(submitted, revision=submitted.revision, by=author)

    with pytest.raises(Stale):
        reviews.approve(submitted, revision=read, by=people.engineer())


def test_second_reviewer_is_told_that_it_is_decided(submitted: Section) -> None:
    reviews.approve(submitted, revision=submitted.revision, by=people.engineer())

    with pytest.raises(Conflict):
        reviews.approve(submitted, revision=submitted.revision, by=people.engineer())


def test_requested_change_reopens_the_section_and_mails_the_reason(submitted: Section, author: User) -> None:
    OutboxMessage.objects.all().delete()
    engineer = people.engineer()

    reviews.request_changes(submitted, revision=submitted.revision, reason=" Use a zone you own. ", by=engineer)

    assert submitted.state == SectionState.CHANGES_REQUESTED
    message = OutboxMessage.objects.get()
    assert message.recipient == author.email
    assert "Use a zone you own." in message.text
    assert "Use a zone you own." in message.html
    assert SectionReview.objects.get().reason == "Use a zone you own."
    assert Onboarding.objects.get().stage == Stage.INTAKE


@pytest.mark.parametrize("reason", ["", "  \n", "x" * 2001])
def test_requested_change_needs_a_reason(submitted: Section, reason: str) -> None:
    with pytest.raises(Invalid) as refusal:
        reviews.request_changes(submitted, revision=submitted.revision, reason=reason, by=people.engineer())

    assert [problem.pointer for problem in refusal.value.problems] == ["reason"]


def test_last_approval_freezes_specifications_and_requests_plans(onboarding: Onboarding, author: User) -> None:
    factory.approved(onboarding, author)

    environments = list(onboarding.environments.order_by("kind"))
    assert [environment.kind for environment in environments] == ["production", "test"]
    assert Specification.objects.count() == 2
    assert {plan.environment_id for plan in Plan.objects.all()} == {environment.pk for environment in environments}
    assert onboarding.stage == Stage.PROVISIONING
    approvals = OutboxMessage.objects.filter(subject=f"{onboarding.reference}: every section is approved")
    assert [message.recipient for message in approvals] == [author.email]


def test_nothing_is_frozen_before_the_last_approval(submitted: Section) -> None:
    reviews.approve(submitted, revision=submitted.revision, by=people.engineer())

    assert not Environment.objects.exists()
    assert not Specification.objects.exists()


def test_specification_says_what_was_approved(onboarding: Onboarding, author: User) -> None:
    answers = answers_for("222222222222", production_cidr="10.20.0.0/16", test_cidr="10.21.0.0/16")
    factory.approved(onboarding, author, answers=answers)

    content = Specification.objects.get(environment__kind="production").content

    assert content["products"] == [
        {
            "product": "api-manager",
            "version": "4.5.0",
            "pattern": "ha",
            "hostname": "am.acme.internal",
            "address": "10.20.0.10",
        },
        {
            "product": "identity-server",
            "version": "7.1.0",
            "pattern": "ha",
            "hostname": "is.acme.internal",
            "address": "10.20.0.11",
        },
    ]
    assert content["customer"]["account_id"] == "222222222222"
    assert content["dns"] == answers["dns"]
    assert content["logs"]["retention_days"] == 30
    assert set(content["smtp"]["password"]) == {"secret", "set_at", "ends"}
    assert ProductDeployment.objects.filter(hostname="am.test.acme.internal", address="10.21.0.10").exists()


def _again(onboarding: Onboarding, author: User, key: str, **change: object) -> None:
    section, engineer = factory.section(onboarding, key), people.engineer()
    reviews.request_changes(section, revision=section.revision, reason="Change it.", by=engineer)
    sections.save(section, answers={**section.answers, **change}, revision=section.revision, by=author)
    sections.submit(section, revision=section.revision, by=author)
    reviews.approve(section, revision=section.revision, by=engineer)


def test_changed_answer_makes_a_new_version_and_supersedes_the_plan(onboarding: Onboarding, author: User) -> None:
    factory.approved(onboarding, author)
    first = list(Plan.objects.values_list("pk", flat=True))

    _again(onboarding, author, "dns", zone="new.internal")

    assert sorted(Specification.objects.values_list("version", flat=True)) == [1, 1, 2, 2]
    assert set(Plan.objects.filter(pk__in=first).values_list("state", flat=True)) == {"superseded"}
    assert Environment.objects.count() == 2


def test_same_answers_make_no_new_version(onboarding: Onboarding, author: User) -> None:
    factory.approved(onboarding, author)

    _again(onboarding, author, "dns")

    assert list(Specification.objects.values_list("version", flat=True)) == [1, 1]


def test_environments_may_swap_their_names(onboarding: Onboarding, author: User) -> None:
    answers = answers_for()
    factory.approved(onboarding, author, answers=answers)
    production, test = answers["remote_access"]["environments"]

    _again(
        onboarding,
        author,
        "remote_access",
        environments=[{**production, "name": test["name"]}, {**test, "name": production["name"]}],
    )

    assert dict(Environment.objects.values_list("vpc_id", "name")) == {
        production["vpc_id"]: test["name"],
        test["vpc_id"]: production["name"],
    }


def test_environment_that_moves_to_another_vpc_stays_the_same(onboarding: Onboarding, author: User) -> None:
    answers = answers_for()
    factory.approved(onboarding, author, answers=answers)
    before = Environment.objects.get(kind="production")
    production, test = answers["remote_access"]["environments"]

    _again(onboarding, author, "remote_access", environments=[{**production, "vpc_id": "vpc-0123456789abcdef0"}, test])

    assert Environment.objects.get(kind="production").pk == before.pk
    assert Environment.objects.count() == 2


def _with_new_vpcs(answers: dict[str, Any]) -> list[dict[str, Any]]:
    rows = answers["remote_access"]["environments"]
    for row, block in zip(rows, ("10.60.0.0/22", "10.61.0.0/16"), strict=True):
        row.update(vpc="provider", cidr_blocks=[block])
    return rows


def test_new_vpc_is_frozen_as_such_and_products_get_addresses_in_its_first_subnet(
    onboarding: Onboarding, author: User
) -> None:
    answers = answers_for()
    _with_new_vpcs(answers)
    factory.approved(onboarding, author, answers=answers)

    production = Environment.objects.get(kind="production")
    content = production.specifications.get().content
    assert (content["customer"]["creates_vpc"], content["customer"]["vpc_id"]) == (True, "")
    assert [product["address"] for product in content["products"]] == ["10.60.0.10", "10.60.0.11"]
    assert list(Environment.objects.values_list("vpc_id", flat=True)) == ["", ""], "none is made yet"


def test_new_vpc_that_stands_stays_the_environments_and_changes_no_answers(
    onboarding: Onboarding, author: User
) -> None:
    answers = answers_for()
    rows = _with_new_vpcs(answers)
    factory.approved(onboarding, author, answers=answers)
    Environment.objects.filter(kind="production").update(vpc_id="vpc-0123456789abcdef0")

    _again(onboarding, author, "remote_access", environments=[{**rows[0], "name": "Live"}, rows[1]])

    production = Environment.objects.get(kind="production")
    assert (production.name, production.vpc_id) == ("Live", "vpc-0123456789abcdef0")
    assert Environment.objects.count() == 2
    assert production.specifications.order_by("-version")[0].content["customer"]["vpc_id"] == ""


def test_new_vpcs_may_swap_their_names(onboarding: Onboarding, author: User) -> None:
    answers = answers_for()
    production, test = _with_new_vpcs(answers)
    factory.approved(onboarding, author, answers=answers)
    before = {environment.pk: environment.cidr_blocks for environment in Environment.objects.all()}

    _again(
        onboarding,
        author,
        "remote_access",
        environments=[{**production, "name": test["name"]}, {**test, "name": production["name"]}],
    )

    assert {environment.pk: environment.cidr_blocks for environment in Environment.objects.all()} == before


def test_customer_who_brings_a_vpc_after_all_has_that_one(onboarding: Onboarding, author: User) -> None:
    answers = answers_for()
    rows = _with_new_vpcs(answers)
    factory.approved(onboarding, author, answers=answers)
    Environment.objects.filter(kind="production").update(vpc_id="vpc-0123456789abcdef0")
    theirs = {**rows[0], "vpc": "existing", "vpc_id": "vpc-0a1b2c3d4e5f60009"}

    _again(onboarding, author, "remote_access", environments=[theirs, rows[1]])

    production = Environment.objects.get(kind="production")
    content = production.specifications.order_by("-version")[0].content
    assert (production.vpc_id, content["customer"]["vpc_id"]) == ("vpc-0a1b2c3d4e5f60009",) * 2
    assert content["customer"]["creates_vpc"] is False


def test_principal_that_customers_trust_is_frozen(onboarding: Onboarding, author: User) -> None:
    factory.approved(onboarding, author)

    principals = {one.content["provider"]["principal_arn"] for one in Specification.objects.all()}
    assert principals == {settings.PROVIDER_PRINCIPAL_ARN}
