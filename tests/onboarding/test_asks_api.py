"""Handing a section over by the API: the same act as the page's."""

import pytest

from onboarding.models import SectionAsk
from portal.accounts.states import CustomerRole
from tests.api.caller import Caller
from tests.factories import onboardings, people

pytestmark = pytest.mark.django_db


class Team:
    def __init__(self) -> None:
        onboarding = onboardings.onboarding()
        self.bjorn = people.contact(onboarding.customer, name="Björn Dahl")
        self.dora = people.contact(onboarding.customer, name="Dora Eide")
        self.astrid = people.contact(onboarding.customer, CustomerRole.ADMINISTRATOR, name="Astrid Berg")
        self.path = f"/sections/{onboardings.section(onboarding, 'dns').pk}"


@pytest.fixture
def team() -> Team:
    return Team()


def test_asking_reading_and_taking_back(team: Team):
    asker = Caller(team.bjorn)

    made = asker.post(f"{team.path}/asks", {"email": team.dora.email, "note": "You run it."})
    section = asker.get(team.path)
    ended = asker.delete(f"{team.path}/asks")
    listed = asker.get(f"{team.path}/asks")

    assert made.status_code == 201
    assert (made.data["person"]["label"], made.data["note"], made.data["ending"]) == ("Dora Eide", "You run it.", "")
    assert section.data["ask"]["id"] == made.data["id"]
    assert ended.status_code == 204
    assert [(row["id"], row["ending"]) for row in listed.data["data"]] == [(made.data["id"], "taken_back")]
    assert asker.get(team.path).data["ask"] is None


def test_the_colleague_hands_it_back(team: Team):
    Caller(team.bjorn).post(f"{team.path}/asks", {"email": team.dora.email})

    assert Caller(team.dora).delete(f"{team.path}/asks").status_code == 204
    assert SectionAsk.objects.get().ending == SectionAsk.Ending.HANDED_BACK


def test_what_is_asked_of_me_is_listed_until_it_is_answered(team: Team):
    made = Caller(team.bjorn).post(f"{team.path}/asks", {"email": team.dora.email})

    def asked_of(user):
        return [row["id"] for row in Caller(user).get("/section-asks").data["data"]]

    assert asked_of(team.dora) == [made.data["id"]]
    assert asked_of(team.bjorn) == asked_of(people.engineer()) == []
    Caller(team.dora).delete(f"{team.path}/asks")
    assert asked_of(team.dora) == []


def test_an_unknown_address_is_invited_by_who_may(team: Team):
    waits = Caller(team.bjorn).post(f"{team.path}/asks", {"email": "new@acme.example"})
    sent = Caller(team.astrid).post(f"{team.path}/asks", {"email": "new@acme.example"})

    assert (waits.data["person"], waits.data["invited"]) == (None, False)
    assert (sent.data["id"], sent.data["invited"]) == (waits.data["id"], True)


def test_refusals_name_the_field_or_the_conflict(team: Team):
    asker = Caller(team.bjorn)

    own = asker.post(f"{team.path}/asks", {"email": team.bjorn.email})
    nothing = asker.delete(f"{team.path}/asks")
    asker.post(f"{team.path}/asks", {"email": team.dora.email})
    again = asker.post(f"{team.path}/asks", {"email": "new@acme.example"})

    assert (own.status_code, own.data["errors"][0]["pointer"]) == (400, "/email")
    assert (nothing.status_code, again.status_code) == (409, 409)
    assert "Dora Eide is asked already" in again.data["detail"]
