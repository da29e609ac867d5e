"""What is known beside an intake: whose ranges count, until when, and that nobody is named."""

from typing import Any

import pytest

from environments.models import Environment
from onboarding.models import Onboarding, Section
from onboarding.services import judging, onboardings, surroundings
from onboarding.states import SectionState, Stage
from portal.core import clock
from tests.factories import environments as environment_factory
from tests.factories import onboardings as factory
from tests.factories import people
from tests.factories.answers import answers_for

pytestmark = pytest.mark.django_db

TAKEN = "10.60.0.0/16"


@pytest.fixture
def mine() -> Onboarding:
    return factory.onboarding()


def rival(state: str = SectionState.SUBMITTED) -> Onboarding:
    """Another customer's onboarding, which names the range; not approved as a whole, so that no environment stands."""
    customer = people.customer(f"Rival Holdings {Onboarding.objects.count()}")
    other = factory.answered(factory.onboarding(customer), answers=answers_for(production_cidr=TAKEN))
    Section.objects.filter(onboarding=other, key="remote_access").update(state=state)
    return other


@pytest.mark.parametrize(
    ("state", "counts"),
    [
        (SectionState.DRAFT, False),
        (SectionState.CHANGES_REQUESTED, False),
        (SectionState.SUBMITTED, True),
        (SectionState.APPROVED, True),
    ],
)
def test_who_submits_first_has_the_range(mine: Onboarding, state: str, counts: bool) -> None:
    rival(state)

    assert surroundings.around(mine).taken.overlaps(TAKEN) is counts


def test_an_ipv6_range_that_was_submitted_counts(mine: Onboarding) -> None:
    other = rival()
    section = factory.section(other, "remote_access")
    section.answers["environments"][0]["ipv6_blocks"] = ["fd80::/56"]
    section.save(update_fields=["answers"])

    assert surroundings.around(mine).taken.overlaps("fd80:0:0:10::/60")


def test_an_environment_keeps_its_ipv6_range(mine: Onboarding) -> None:
    answers = answers_for(production_cidr=TAKEN)
    answers["remote_access"]["environments"][0]["ipv6_blocks"] = ["fd80::/56"]
    other = factory.approved(factory.onboarding(), answers=answers)

    assert Environment.objects.get(onboardings=other, kind="production").ipv6_blocks == ["fd80::/56"]
    assert surroundings.around(mine).taken.overlaps("fd80:0:0:10::/60")


def test_an_approved_range_stays_taken_while_other_answers_are_open_again(mine: Onboarding) -> None:
    other = rival(SectionState.CHANGES_REQUESTED)
    approved = {"environments/0/cidr_blocks": "its digest"}
    Section.objects.filter(onboarding=other, key="remote_access").update(approved=approved)

    around = surroundings.around(mine)
    assert around.taken.overlaps(TAKEN)
    assert around.peerings == 1, "the test environment's range is open again"


def test_an_environment_that_is_added_later_has_its_range_before_it_stands(mine: Onboarding) -> None:
    other = factory.approved(factory.onboarding(), answers=answers_for())
    Onboarding.objects.filter(pk=other.pk).update(stage=Stage.REVIEW)
    section = factory.section(other, "remote_access")
    added = {
        **section.answers["environments"][1],
        "name": "Staging",
        "vpc_id": "vpc-0a0a0a0a0a0a0a0a0",
        "cidr_blocks": [TAKEN],
    }
    section.answers["environments"].append(added)
    section.state = SectionState.SUBMITTED
    section.save(update_fields=["answers", "state"])

    around = surroundings.around(mine)
    assert around.taken.overlaps(TAKEN)
    assert around.peerings == 3, "the two that stand are counted once"


def test_a_cancelled_intake_gives_its_range_back(mine: Onboarding) -> None:
    other = rival()
    onboardings.cancel(other, by=other.account_manager)

    around = surroundings.around(mine)
    assert not around.taken.overlaps(TAKEN)
    assert (around.peerings, around.routes) == (0, 0)


def test_an_environment_has_its_range_until_it_is_torn_down(mine: Onboarding) -> None:
    other = factory.approved(factory.onboarding(), answers=answers_for(production_cidr=TAKEN))

    around = surroundings.around(mine)
    assert around.taken.overlaps(TAKEN)
    assert (around.peerings, around.routes) == (2, 2), "each environment once, although the answers name it too"

    Environment.objects.filter(onboardings=other, kind="production").update(torn_down_at=clock.now())
    assert not surroundings.around(mine).taken.overlaps(TAKEN)
    assert surroundings.around(mine).peerings == 1


def test_what_a_cancelled_onboarding_left_in_aws_keeps_its_range(mine: Onboarding) -> None:
    other = factory.approved(factory.onboarding(), answers=answers_for(production_cidr=TAKEN))
    onboardings.cancel(other, by=other.account_manager)
    assert not surroundings.around(mine).taken.overlaps(TAKEN), "nothing was ever made"

    environment_factory.run_of(Environment.objects.get(onboardings=other, kind="production"))
    assert surroundings.around(mine).taken.overlaps(TAKEN)


def test_ones_own_environments_are_told_by_name_and_are_not_taken(mine: Onboarding) -> None:
    factory.approved(factory.onboarding(mine.customer), answers=answers_for("222222222222", production_cidr=TAKEN))

    around = surroundings.around(mine)
    assert not around.taken.overlaps(TAKEN)
    assert {(one.name, one.account_id) for one in around.own} == {
        ("Production", "222222222222"),
        ("Test", "222222222222"),
    }


def test_an_onboarding_is_not_in_its_own_way(mine: Onboarding) -> None:
    factory.approved(mine, answers=answers_for(production_cidr=TAKEN))

    assert surroundings.around(mine).own == ()
    assert judging.problems(factory.section(mine, "remote_access")) == []


def test_another_customers_range_is_refused_with_a_free_one_and_without_a_name(mine: Onboarding) -> None:
    rival()
    author = people.contact(mine.customer)
    answers = answers_for(production_cidr="10.60.4.0/22")["remote_access"]

    (problem,) = judging.problems(factory.answer(mine, "remote_access", answers, author))

    assert problem.pointer == "environments/0/cidr_blocks/0"
    assert "10.60.4.0/22 is taken in WSO2's network" in problem.message
    assert "10.0.0.0/22 is free" in problem.message
    assert TAKEN not in problem.message
    assert "Rival" not in problem.message


def test_a_zone_that_was_submitted_is_refused_without_a_name(mine: Onboarding) -> None:
    rival()
    Section.objects.filter(onboarding__customer__name__startswith="Rival", key="dns").update(
        state=SectionState.SUBMITTED
    )
    section = factory.answer(mine, "dns", {"choice": "route53", "zone": "acme.internal"}, people.contact(mine.customer))

    (problem,) = judging.problems(section)

    assert (problem.pointer, problem.code) == ("zone", "zone_taken")
    assert "Rival" not in problem.message

    onboardings.cancel(Onboarding.objects.exclude(pk=mine.pk).get(), by=mine.account_manager)
    assert judging.problems(section) == []


@pytest.mark.parametrize("others", [1, 3])
def test_four_queries_whatever_their_number(mine: Onboarding, others: int, django_assert_num_queries: Any) -> None:
    for _ in range(others):
        rival()
        factory.approved(factory.onboarding())

    with django_assert_num_queries(4):
        surroundings.around(mine)
