"""Handing onboardings over, one or many."""

import pytest
from django.test import Client

from onboarding.models import Onboarding
from onboarding.services import assignments
from onboarding.services import onboardings as services
from portal.accounts.models import User
from portal.audit.models import AuditEvent
from portal.core.errors import Forbidden, Invalid
from portal.outbox.models import Notice
from tests.api.caller import Caller
from tests.factories import onboardings, people

pytestmark = pytest.mark.django_db


def signed_in(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


def told(person: User) -> list[str]:
    return list(Notice.objects.filter(person=person, event=assignments.EVENT).values_list("subject", flat=True))


def test_many_move_by_one_act_each_audited_and_one_message() -> None:
    rows = [onboardings.onboarding() for _ in range(3)]
    by, to = people.account_manager(), people.account_manager()

    outcome = assignments.assign(rows, account_manager=to, by=by)

    assert len(outcome.assigned) == 3
    assert set(Onboarding.objects.values_list("account_manager", flat=True)) == {to.pk}
    events = AuditEvent.objects.filter(action="onboarding.assigned")
    assert {event.subject_id for event in events} == {row.pk for row in rows}
    assert all(event.actor == by and event.after == {"account_manager": to.email} for event in events)
    assert told(to) == ["3 onboardings are yours"]


def test_what_cannot_move_stays_and_says_why_while_the_others_move() -> None:
    moves, cancelled, already = (onboardings.onboarding() for _ in range(3))
    services.cancel(cancelled, by=cancelled.account_manager)
    to = people.account_manager()
    assignments.assign([already], account_manager=to, by=to)

    outcome = assignments.assign([moves, cancelled, already], account_manager=to, by=people.administrator())

    assert outcome.assigned == [moves]
    assert outcome.unchanged == [already]
    assert [(refused.onboarding, refused.code) for refused in outcome.refused] == [(cancelled, "cancelled")]
    assert "it is cancelled" in outcome.refused[0].message
    assert told(to) == [f"{moves.reference} is yours"]


def test_whoever_takes_one_over_is_not_told_by_mail() -> None:
    onboarding, manager = onboardings.onboarding(), people.account_manager()

    assignments.assign([onboarding], account_manager=manager, by=manager)

    assert told(manager) == []


@pytest.mark.parametrize("role", ["engineer", "approver", "auditor"])
def test_only_account_managers_hand_over(role: str) -> None:
    with pytest.raises(Forbidden):
        assignments.assign(
            [onboardings.onboarding()], account_manager=people.account_manager(), by=getattr(people, role)()
        )


def test_only_an_account_manager_can_own_one() -> None:
    with pytest.raises(Invalid) as refused:
        assignments.assign([], account_manager=people.engineer(), by=people.account_manager())

    assert {problem.pointer for problem in refused.value.problems} == {"onboardings", "account_manager"}


def test_a_person_who_left_is_given_nothing() -> None:
    gone = people.account_manager()
    gone.is_active = False
    gone.save()

    with pytest.raises(Invalid):
        assignments.assign([onboardings.onboarding()], account_manager=gone, by=people.account_manager())


def test_page_hands_over_and_returns_to_the_view() -> None:
    rows = [onboardings.onboarding() for _ in range(2)]
    client, to = signed_in(people.account_manager()), people.account_manager()

    asked = client.get("/portfolio/assignments/", {"onboarding": [row.pk for row in rows], "back": "stage=intake"})
    answer = client.post(
        "/portfolio/assignments/",
        {"onboarding": [row.pk for row in rows], "account_manager": to.pk, "back": "stage=intake"},
        follow=True,
    )

    assert all(row.reference in asked.content.decode() for row in rows)
    assert answer.request["QUERY_STRING"] == "stage=intake"
    assert f"2 onboardings handed over to {to}." in answer.content.decode()


def test_page_asks_for_the_person() -> None:
    answer = signed_in(people.account_manager()).post(
        "/portfolio/assignments/", {"onboarding": [onboardings.onboarding().pk]}
    )

    assert answer.status_code == 422
    assert "Select the new account manager" in answer.content.decode()


def test_page_returns_nowhere_but_to_the_portfolio() -> None:
    onboarding, to = onboardings.onboarding(), people.account_manager()
    sent = {"onboarding": [onboarding.pk], "account_manager": to.pk, "back": "https://elsewhere.example/"}

    answer = signed_in(people.account_manager()).post("/portfolio/assignments/", sent)

    assert answer["Location"] == "/onboardings/"


def test_api_says_the_same_as_the_service() -> None:
    moves, cancelled = onboardings.onboarding(), onboardings.onboarding()
    services.cancel(cancelled, by=cancelled.account_manager)
    to = people.account_manager()

    answer = Caller(people.account_manager()).post(
        "/onboarding-assignments", {"account_manager": to.pk, "onboardings": [moves.pk, cancelled.pk]}
    )

    body = answer.json()
    assert answer.status_code == 200
    assert [row["id"] for row in body["assigned"]] == [moves.pk]
    assert body["refused"][0]["code"] == "cancelled"


def test_api_refuses_all_when_one_does_not_exist() -> None:
    onboarding, to = onboardings.onboarding(), people.account_manager()

    answer = Caller(people.account_manager()).post(
        "/onboarding-assignments",
        {"account_manager": to.pk, "onboardings": [onboarding.pk, "onb_00000000000000000000000000"]},
    )

    assert answer.status_code == 400
    onboarding.refresh_from_db()
    assert onboarding.account_manager != to


def test_api_and_page_refuse_with_the_same_words() -> None:
    onboarding, nobody = onboardings.onboarding(), people.engineer()

    answer = Caller(people.account_manager()).post(
        "/onboarding-assignments", {"account_manager": nobody.pk, "onboardings": [onboarding.pk]}
    )

    with pytest.raises(Invalid) as refused:
        assignments.assign([onboarding], account_manager=nobody, by=people.account_manager())
    assert refused.value.problems[0].message in answer.content.decode()
