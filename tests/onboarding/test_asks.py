"""Handing a section to a colleague: who may be asked, what they hear, and what ends it."""

import re
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.test import Client

from onboarding import ask_selectors, selectors, turns
from onboarding.models import Onboarding, Section, SectionAsk
from onboarding.services import asks, onboardings, sections
from portal.accounts.models import Invitation, Membership, User
from portal.accounts.services import invitations, memberships
from portal.accounts.states import CustomerRole
from portal.audit.models import AuditEvent
from portal.core import clock
from portal.core.errors import Conflict, Forbidden, Invalid
from portal.outbox.models import OutboxMessage
from tests.factories import onboardings as intake
from tests.factories import people
from tests.factories.answers import answers_for

pytestmark = pytest.mark.django_db

DNS = answers_for()["dns"]


class Team:
    """The people of one customer around one onboarding."""

    def __init__(self) -> None:
        self.onboarding: Onboarding = intake.onboarding()
        self.customer = self.onboarding.customer
        self.astrid = people.contact(self.customer, CustomerRole.ADMINISTRATOR, name="Astrid Berg")
        self.bjorn = people.contact(self.customer, name="Björn Dahl")
        self.dora = people.contact(self.customer, name="Dora Eide")
        self.vera = people.contact(self.customer, CustomerRole.VIEWER, name="Vera Foss")

    def section(self, key: str = "dns") -> Section:
        return selectors.section(self.astrid, self.onboarding.pk, key)

    def answer(self, by: User, key: str = "dns", **changed: Any) -> Section:
        found = self.section(key)
        given = {**answers_for()[key], **changed}
        return sections.save(found, answers=given, revision=found.revision, by=by)


@pytest.fixture
def team() -> Team:
    return Team()


def open_ask(section: Section) -> SectionAsk | None:
    return SectionAsk.objects.filter(section=section, ended_at=None).first()


def mail_to(reader: User | str) -> list[OutboxMessage]:
    address = reader if isinstance(reader, str) else reader.email
    return list(OutboxMessage.objects.filter(recipient=address).order_by("created_at"))


def refusal(team: Team, email: str, by: User, note: str = "") -> dict[str, str]:
    with pytest.raises(Invalid) as refused:
        asks.ask(team.section(), email=email, note=note, by=by)
    return {problem.pointer: problem.message for problem in refused.value.problems}


def test_a_member_is_asked_told_and_has_it_first(team: Team):
    made = asks.ask(team.section(), email=f" {team.bjorn.email.upper()} ", note="You run it.", by=team.dora)

    [mail] = mail_to(team.bjorn)
    following = selectors.next_for(team.bjorn, selectors.onboarding(team.bjorn, team.onboarding.pk))
    event = AuditEvent.objects.get(action="section_ask.opened")
    assert made.person == team.bjorn
    assert mail.subject == f"{team.onboarding.reference}: Dora Eide asks you to answer “DNS”"
    assert "You run it." in mail.text
    assert f"/onboardings/{team.onboarding.pk}/sections/dns/" in mail.text
    assert following
    assert (following.label, following.args) == ("Answer: DNS", (team.onboarding.pk, "dns"))
    assert list(ask_selectors.open_for(team.bjorn)) == [made]
    assert list(ask_selectors.open_for(team.dora)) == []
    assert event.after == {"section": team.section().pk, "email": team.bjorn.email}
    assert "You run it." not in str(event.after)


def test_whose_turn_it_is_names_who_is_asked(team: Team):
    asks.ask(team.section(), email=team.bjorn.email, by=team.dora)
    asks.ask(team.section("ntp"), email="new@acme.example", by=team.dora)

    [turn] = turns.of(selectors.onboarding(team.astrid, team.onboarding.pk)).customer

    assert "DNS (asked of Björn Dahl)" in turn.detail
    assert "NTP (asked of new@acme.example)" in turn.detail


def test_the_provider_asks_on_the_customers_behalf(team: Team):
    made = asks.ask(team.section(), email=team.bjorn.email, by=people.engineer())

    assert made.person == team.bjorn


def test_an_administrator_invites_an_unknown_address_with_the_section_named(team: Team):
    made = asks.ask(team.section(), email="new@acme.example", note="Ask me anything.", by=team.astrid)

    [mail] = mail_to("new@acme.example")
    assert made.invitation
    assert (made.invitation.role, made.person) == (CustomerRole.CONTRIBUTOR, None)
    assert "Astrid Berg asks you to answer the section “DNS” of Integration platform." in mail.text
    assert "Ask me anything." in mail.text
    assert "Ask me anything." in mail.html


def test_accepting_lands_on_the_section_and_makes_it_theirs(team: Team):
    asks.ask(team.section(), email="new@acme.example", by=team.astrid)
    [mail] = mail_to("new@acme.example")
    link = re.search(r"https?://[^/]+(/invitations/\S+)", mail.text)
    assert link

    response = Client().post(link[1], {"full_name": "Nora Nygård", "password": people.PASSWORD})

    nora = User.objects.get(email="new@acme.example")
    assert response["Location"] == f"/onboardings/{team.onboarding.pk}/sections/dns/"
    assert [ask.section.key for ask in ask_selectors.open_for(nora)] == ["dns"]


@pytest.mark.parametrize(
    "then", ["//evil.example/", "https://evil.example/", "javascript:alert(1)", "evil", "/\\evil.example"]
)
def test_accepting_leads_nowhere_else(team: Team, then: str):
    invitations.invite(email="new@acme.example", role="viewer", by=team.astrid, customer=team.customer)
    link = re.search(r"/invitations/[^/]+/", mail_to("new@acme.example")[0].text)
    assert link

    response = Client().post(f"{link[0]}?next={then}", {"full_name": "Nora", "password": people.PASSWORD})

    assert response["Location"] == "/"


def test_an_unknown_address_waits_for_an_administrator_when_a_contributor_asks(team: Team):
    made = asks.ask(team.section(), email="new@acme.example", note="She knows.", by=team.bjorn)

    [mail] = mail_to(team.astrid)
    assert (made.person, made.invitation) == (None, None)
    assert mail.subject == f"{team.onboarding.reference}: Björn Dahl asks for new@acme.example to be invited"
    assert mail_to("new@acme.example") == []
    assert Invitation.objects.count() == 0
    assert mail_to(team.dora) == []


def test_the_administrator_who_asks_the_same_invites_in_the_askers_name(team: Team):
    made = asks.ask(team.section(), email="new@acme.example", note="She knows.", by=team.bjorn)

    again = asks.ask(team.section(), email="New@acme.example", by=team.astrid)

    [mail] = mail_to("new@acme.example")
    assert again.pk == made.pk
    assert again.asked_by == team.bjorn
    assert "Björn Dahl asks you to answer" in mail.text
    assert "She knows." in mail.text
    assert Invitation.objects.get().invited_by == team.astrid


def test_without_an_administrator_the_account_manager_is_told(team: Team):
    User.objects.filter(pk=team.astrid.pk).update(is_active=False)

    asks.ask(team.section(), email="new@acme.example", by=team.bjorn)

    assert len(mail_to(team.onboarding.account_manager)) == 1


def test_an_invitation_that_ran_out_is_sent_again_and_one_that_is_open_is_not(team: Team):
    asks.ask(team.section(), email="new@acme.example", by=team.astrid)
    with pytest.raises(Conflict, match=r"new@acme\.example is asked already"):
        asks.ask(team.section(), email="new@acme.example", by=team.astrid)

    with time_machine.travel(clock.now() + timedelta(days=4), tick=False):
        asks.ask(team.section(), email="new@acme.example", by=team.astrid)

    assert len(mail_to("new@acme.example")) == 2
    assert SectionAsk.objects.count() == 1


def test_who_was_invited_some_other_way_finds_it_too(team: Team):
    asks.ask(team.section(), email="new@acme.example", by=team.bjorn)
    invitations.invite(email="new@acme.example", role="administrator", by=team.astrid, customer=team.customer)
    link = re.search(r"/invitations/([^/]+)/", mail_to("new@acme.example")[0].text)
    assert link

    nora = invitations.accept(link[1], full_name="Nora", password=people.PASSWORD)

    assert ask_selectors.open_for(nora).count() == 1


def test_who_joins_another_customer_finds_nothing(team: Team):
    elsewhere = people.customer()
    asks.ask(team.section(), email="new@acme.example", by=team.bjorn)
    boss = people.customer_administrator(elsewhere)
    invitations.invite(email="new@acme.example", role="administrator", by=boss, customer=elsewhere)
    link = re.search(r"/invitations/([^/]+)/", mail_to("new@acme.example")[0].text)
    assert link

    nora = invitations.accept(link[1], full_name="Nora", password=people.PASSWORD)

    assert ask_selectors.open_for(nora).count() == 0
    assert (ask := open_ask(team.section()))
    assert ask.person is None


def test_a_viewer_is_refused_with_who_can_change_that(team: Team):
    by_contributor = refusal(team, team.vera.email, team.bjorn)
    by_administrator = refusal(team, team.vera.email, team.astrid)

    assert by_contributor == {
        "email": "Vera Foss is a viewer and cannot answer. Astrid Berg can make them a contributor on the People page."
    }
    assert by_administrator == {
        "email": "Vera Foss is a viewer and cannot answer. Make them a contributor on the People page, then ask again."
    }


def test_who_else_cannot_be_asked(team: Team):
    User.objects.filter(pk=team.dora.pk).update(is_active=False)

    assert refusal(team, team.bjorn.email, team.bjorn)["email"].startswith("That is your own address.")
    assert "WSO2, who review" in refusal(team, people.engineer().email, team.bjorn)["email"]
    assert refusal(team, team.dora.email, team.bjorn) == {
        "email": "The account of Dora Eide is closed. Ask somebody else."
    }
    assert "name@company.example" in refusal(team, "ops@", team.bjorn)["email"]
    assert "1000 characters" in refusal(team, team.astrid.email, team.bjorn, note="x" * 1001)["note"]


def test_somebody_of_another_customer_is_a_stranger(team: Team):
    stranger = people.contact(people.customer())

    made = asks.ask(team.section(), email=stranger.email, by=team.bjorn)

    assert made.person is None
    assert ask_selectors.open_for(stranger).count() == 0


def test_who_only_reads_asks_nobody(team: Team):
    asks.ask(team.section("ntp"), email=team.dora.email, by=team.bjorn)

    for reader in (team.vera, people.auditor()):
        with pytest.raises(Forbidden):
            asks.ask(team.section(), email=team.bjorn.email, by=reader)
        with pytest.raises(Forbidden):
            asks.take_back(team.section("ntp"), by=reader)


def test_one_is_asked_at_a_time(team: Team):
    asks.ask(team.section(), email=team.dora.email, by=team.bjorn)

    with pytest.raises(Conflict, match="Dora Eide is asked already"):
        asks.ask(team.section(), email=team.bjorn.email, by=team.astrid)


def test_a_section_that_is_not_open_is_asked_of_nobody(team: Team):
    saved = team.answer(team.bjorn)
    sections.submit(saved, revision=saved.revision, by=team.bjorn)

    with pytest.raises(Conflict, match="This section is submitted"):
        asks.ask(team.section(), email=team.dora.email, by=team.bjorn)
    onboardings.cancel(team.onboarding, by=None)
    with pytest.raises(Conflict, match="cancelled"):
        asks.ask(team.section("ntp"), email=team.dora.email, by=team.bjorn)


def test_answering_ends_it_once_every_question_is_answered(team: Team):
    asks.ask(team.section(), email=team.dora.email, by=team.bjorn)

    team.answer(team.dora, choice="own", zone="", servers=[])
    half = open_ask(team.section())
    team.answer(team.bjorn)
    by_another = open_ask(team.section())
    team.answer(team.dora)

    ended = SectionAsk.objects.get()
    assert half
    assert by_another
    assert ended.ending == SectionAsk.Ending.ANSWERED
    assert mail_to(team.bjorn)[-1].subject == f"{team.onboarding.reference}: Dora Eide answered “DNS”"
    assert AuditEvent.objects.get(action="section_ask.ended").after["ending"] == "answered"


def test_what_is_not_known_is_not_answered(team: Team):
    asks.ask(team.section(), email=team.dora.email, by=team.bjorn)

    team.answer(team.dora, choice="own", zone="", servers=[], unknown=["zone", "servers"])

    assert open_ask(team.section())


def test_submitting_ends_it_and_both_hear_of_it_but_who_did_it(team: Team):
    saved = team.answer(team.bjorn)
    asks.ask(saved, email=team.dora.email, by=team.astrid)

    sections.submit(saved, revision=saved.revision, by=team.bjorn)

    assert SectionAsk.objects.get().ending == SectionAsk.Ending.SUBMITTED
    for reader in (team.dora, team.astrid):
        assert mail_to(reader)[-1].subject == f"{team.onboarding.reference}: Björn Dahl submitted “DNS”"
    assert mail_to(team.bjorn) == []


def test_submitting_everything_ends_all_of_them(team: Team):
    intake.answered(team.onboarding, by=team.bjorn)
    for key in ("dns", "ntp"):
        asks.ask(team.section(key), email=team.dora.email, by=team.astrid)

    sections.submit_all(team.onboarding, by=team.bjorn)

    assert set(SectionAsk.objects.values_list("ending", flat=True)) == {"submitted"}


def test_taking_back_tells_who_was_asked_and_frees_the_section(team: Team):
    asks.ask(team.section(), email=team.dora.email, by=team.bjorn)

    asks.take_back(team.section(), by=team.bjorn)

    assert SectionAsk.objects.get().ending == SectionAsk.Ending.TAKEN_BACK
    assert "took back the request" in mail_to(team.dora)[-1].subject
    assert ask_selectors.open_for(team.dora).count() == 0
    with pytest.raises(Conflict, match="Nobody is asked"):
        asks.take_back(team.section(), by=team.bjorn)
    asks.ask(team.section(), email=team.astrid.email, by=team.bjorn)


def test_a_colleague_hands_it_back(team: Team):
    asks.ask(team.section(), email=team.dora.email, by=team.bjorn)

    asks.take_back(team.section(), by=team.dora)

    assert SectionAsk.objects.get().ending == SectionAsk.Ending.HANDED_BACK
    assert "Dora Eide hands back “DNS”" in mail_to(team.bjorn)[-1].subject
    assert len(mail_to(team.dora)) == 1


def test_anybody_who_answers_frees_a_section_whose_asker_is_away(team: Team):
    asks.ask(team.section(), email=team.dora.email, by=team.bjorn)

    asks.take_back(team.section(), by=team.astrid)

    assert "took back" in mail_to(team.bjorn)[-1].subject
    assert "took back" in mail_to(team.dora)[-1].subject


def test_taking_back_revokes_the_invitation_where_the_person_may(team: Team):
    asks.ask(team.section(), email="one@acme.example", by=team.astrid)
    asks.ask(team.section("ntp"), email="two@acme.example", by=team.astrid)

    asks.take_back(team.section(), by=team.astrid)
    asks.take_back(team.section("ntp"), by=team.bjorn)

    assert [invitation.email for invitation in Invitation.objects.open()] == ["two@acme.example"]


def test_who_loses_the_role_has_nothing_to_answer(team: Team):
    asks.ask(team.section(), email=team.dora.email, by=team.bjorn)
    membership = Membership.objects.get(user=team.dora)

    memberships.change_role(membership, role="viewer", by=team.astrid)

    assert ask_selectors.open_for(team.dora).count() == 0


def test_a_cancelled_onboarding_asks_nobody(team: Team):
    asks.ask(team.section(), email=team.dora.email, by=team.bjorn)

    onboardings.cancel(team.onboarding, by=None)

    assert ask_selectors.open_for(team.dora).count() == 0


@pytest.mark.parametrize("number", [1, 3, 10])
def test_reading_costs_the_same_however_much_is_asked(team: Team, number: int, django_assert_num_queries: Any):
    keys = list(answers_for())[:number]
    for key in keys:
        asks.ask(team.section(key), email=team.dora.email, by=team.bjorn)

    with django_assert_num_queries(1):
        found = [(ask.section.onboarding.title, ask.asked_by.full_name) for ask in ask_selectors.open_for(team.dora)]
    with django_assert_num_queries(3):
        rows = list(selectors.onboarding(team.dora, team.onboarding.pk).sections.all())
        named = [row.open_ask.whom for row in rows if row.open_ask]

    assert len(found) == len(named) == number
