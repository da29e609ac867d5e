"""Live checks of answers: asked for, made, kept, limited, confirmed."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.db import IntegrityError

from onboarding import check_results
from onboarding.check_results import Result
from onboarding.models import Check, Onboarding, Section
from onboarding.services import check_limits, check_runs, checks, onboardings
from onboarding.states import CheckState, Stage
from portal.accounts.models import User
from portal.audit.models import AuditEvent
from portal.core import clock
from portal.core.errors import Conflict, Forbidden, Invalid, NotFound, TooMany
from portal.probes import dns, ntp, smtp
from portal.probes.fence import EGRESS
from portal.probes.outcome import Outcome, Verdict
from portal.vault.models import SealedSecret
from tests.factories import onboardings as factory
from tests.factories import people
from tests.factories.answers import ANSWERS

pytestmark = pytest.mark.django_db

NTP = {"choice": "own", "servers": ["ntp1.acme.example", "ntp2.acme.example", "ntp3.acme.example"]}
PLACE = ("ntp.tells_time", "servers/0")


class Prober:
    """The probes, able to answer as the real ones do, and to break. Each asked-for target is noted."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.asked: list[tuple[Any, ...]] = []
        self.options: dict[str, Any] = {}
        self.answer: Outcome | Exception = Outcome(Verdict.OK, "It answers.", facts={"stratum": 2})
        for module, name in ((ntp, "tells_time"), (dns, "answers"), (dns, "delegated"), (smtp, "accepts")):
            monkeypatch.setattr(module, name, self._probe)

    def _probe(self, *given: Any, **options: Any) -> Outcome:
        self.asked.append(given)
        self.options = options
        if isinstance(self.answer, Exception):
            raise self.answer
        return self.answer


@pytest.fixture
def prober(monkeypatch: pytest.MonkeyPatch) -> Iterator[Prober]:
    return Prober(monkeypatch)  # type: ignore[return-value]


@pytest.fixture
def onboarding() -> Onboarding:
    return factory.onboarding()


@pytest.fixture
def author(onboarding: Onboarding) -> User:
    return people.contact(onboarding.customer, name="Ada Author")


@pytest.fixture
def section(onboarding: Onboarding, author: User) -> Section:
    factory.answer(onboarding, "ntp", NTP, author)
    return factory.section(onboarding, "ntp")


def results(section: Section) -> list[Result]:
    return check_results.of(section.onboarding)[section.key]


def first(section: Section) -> Result:
    return results(section)[0]


def made(section: Section, author: User, place: tuple[str, str] = PLACE) -> Check:
    """Ask for a check and make it."""
    check = checks.request_one(section, key=place[0], pointer=place[1], by=author)
    check_runs.run(check.pk)
    check.refresh_from_db()
    return check


def test_answers_call_for_one_check_of_each_server(section: Section) -> None:
    found = [(one.place, one.wanted.title, one.state) for one in results(section)]

    assert found == [
        (("ntp", "ntp.tells_time", f"servers/{index}"), f"{server} tells the time", "not_checked")
        for index, server in enumerate(NTP["servers"])
    ]


def test_amazons_time_service_is_never_asked(onboarding: Onboarding, author: User) -> None:
    factory.answer(onboarding, "ntp", {"choice": "amazon"}, author)
    section = factory.section(onboarding, "ntp")

    assert results(section) == []
    with pytest.raises(Conflict, match="nothing that could be checked"):
        checks.request(section, by=author)


@pytest.mark.parametrize("verdict", list(Verdict))
def test_every_verdict_is_kept_with_its_words(section: Section, author: User, prober: Prober, verdict: Verdict) -> None:
    prober.answer = Outcome(verdict, "What was found.", "What to do.", {"offset_seconds": 3})

    check = made(section, author)

    assert (check.state, check.verdict) == (CheckState.DONE, verdict)
    assert (check.message, check.remedy, check.facts) == ("What was found.", "What to do.", {"offset_seconds": 3})
    assert (check.how, check.asked_by, check.attempt) == (Check.How.PORTAL, author, 1)
    assert check.started_at is not None
    assert check.finished_at is not None
    assert first(section).state == verdict
    assert prober.asked == [("ntp1.acme.example",)]
    event = AuditEvent.objects.get(action="check.finished")
    assert event.after == {"key": PLACE[0], "pointer": PLACE[1], "verdict": verdict}


def test_a_probe_that_breaks_says_nothing_of_the_answer(section: Section, author: User, prober: Prober) -> None:
    prober.answer = RuntimeError("a secret in the words of the defect")

    check = made(section, author)

    assert (check.verdict, check.message) == ("unknown", "The check itself stopped, by a fault of the portal's.")
    assert "secret" not in check.message + check.remedy


def test_all_checks_of_a_section_are_asked_for_at_once(section: Section, author: User) -> None:
    queued = checks.request(section, by=author)

    assert [check.pointer for check in queued] == ["servers/0", "servers/1", "servers/2"]
    assert {one.state for one in results(section)} == {"queued"}
    assert AuditEvent.objects.filter(action="check.requested", actor=author).count() == 3


def test_a_check_under_way_goes_on_instead_of_being_made_twice(section: Section, author: User) -> None:
    queued = checks.request(section, by=author)

    assert checks.request(section, by=author) == []
    assert checks.request_one(section, key=PLACE[0], pointer=PLACE[1], by=author) == queued[0]
    assert Check.objects.count() == 3


def test_the_database_keeps_a_second_try_out(section: Section, author: User) -> None:
    check = checks.request_one(section, key=PLACE[0], pointer=PLACE[1], by=author)
    check.pk = "chk_another"

    with pytest.raises(IntegrityError):
        check.save(force_insert=True)


def test_two_workers_make_it_once(section: Section, author: User, prober: Prober) -> None:
    check = checks.request_one(section, key=PLACE[0], pointer=PLACE[1], by=author)

    check_runs.run(check.pk)
    check_runs.run(check.pk)

    assert len(prober.asked) == 1


def test_a_changed_answer_puts_the_result_out_of_date(
    section: Section, onboarding: Onboarding, author: User, prober: Prober
) -> None:
    made(section, author)

    factory.answer(onboarding, "ntp", {**NTP, "servers": ["ntp9.acme.example", *NTP["servers"][1:]]}, author)

    assert first(section).state == "out_of_date"
    assert first(section).check is not None


def test_a_changed_answer_is_checked_by_itself(
    section: Section, onboarding: Onboarding, author: User, prober: Prober, django_capture_on_commit_callbacks: Any
) -> None:
    with django_capture_on_commit_callbacks(execute=True):
        factory.answer(onboarding, "ntp", {**NTP, "servers": ["ntp9.acme.example", *NTP["servers"][1:]]}, author)

    queued = Check.objects.get(pointer="servers/0")
    assert (queued.state, queued.asked_by) == (CheckState.QUEUED, None)
    check_runs.run(queued.pk)
    assert prober.asked == [("ntp9.acme.example",)]
    assert first(section).state == "ok"


def test_what_did_not_change_is_not_checked_again(
    section: Section, onboarding: Onboarding, author: User, prober: Prober
) -> None:
    checks.follow(onboarding.pk)
    for check in Check.objects.all():
        check_runs.run(check.pk)

    assert checks.follow(onboarding.pk) == []
    factory.answer(onboarding, "ntp", {**NTP, "servers": [*NTP["servers"][:2], "ntp8.acme.example"]}, author)

    assert [check.pointer for check in checks.follow(onboarding.pk)] == ["servers/2"]


def test_an_incomplete_section_is_not_checked_by_itself(onboarding: Onboarding, author: User) -> None:
    factory.answer(onboarding, "ntp", {"choice": "own", "servers": ["ntp1.acme.example", "not a host"]}, author)

    assert checks.follow(onboarding.pk) == []


def test_an_answer_changed_while_it_is_queued_is_checked_as_it_is(
    section: Section, onboarding: Onboarding, author: User, prober: Prober
) -> None:
    check = checks.request_one(section, key=PLACE[0], pointer=PLACE[1], by=author)
    factory.answer(onboarding, "ntp", {**NTP, "servers": ["ntp9.acme.example", *NTP["servers"][1:]]}, author)

    check_runs.run(check.pk)

    assert prober.asked == [("ntp9.acme.example",)]
    assert first(section).state == "ok"


def test_an_answer_taken_away_while_it_is_queued_is_not_looked_at(
    section: Section, onboarding: Onboarding, author: User, prober: Prober
) -> None:
    check = checks.request_one(section, key=PLACE[0], pointer=PLACE[1], by=author)
    factory.answer(onboarding, "ntp", {"choice": "amazon"}, author)

    check_runs.run(check.pk)

    check.refresh_from_db()
    assert (check.state, check.verdict, prober.asked) == (CheckState.DONE, "unknown", [])


# ---- the limit


def test_the_limit_refuses_with_the_time_when_it_is_free_again(
    section: Section, author: User, settings: Any, prober: Prober
) -> None:
    settings.PROBES_PER_HOUR = 2
    made(section, author)
    Check.objects.update(queued_at=clock.now() - timedelta(minutes=50))
    made(section, author, ("ntp.tells_time", "servers/1"))

    with pytest.raises(TooMany, match="2 checks over the network within an hour") as refusal:
        checks.request_one(section, key=PLACE[0], pointer=PLACE[1], by=author)

    assert 590 <= refusal.value.retry_after_seconds <= 600
    assert "10 minutes" in refusal.value.message


def test_the_limit_lets_as_many_through_as_it_has_room_for(section: Section, author: User, settings: Any) -> None:
    settings.PROBES_PER_HOUR = 2

    assert len(checks.request(section, by=author)) == 2
    with pytest.raises(TooMany):
        checks.request(section, by=author)


def test_the_limit_is_each_customers_own(section: Section, author: User, settings: Any) -> None:
    settings.PROBES_PER_HOUR = 3
    checks.request(section, by=author)
    other = factory.onboarding()
    theirs = people.contact(other.customer)
    factory.answer(other, "ntp", NTP, theirs)

    assert len(checks.request(factory.section(other, "ntp"), by=theirs)) == 3
    assert check_limits.left(section.customer, Check.How.AWS) == settings.AWS_CHECKS_PER_HOUR


def test_what_the_portal_asks_by_itself_counts_and_stops_at_the_limit(
    section: Section, onboarding: Onboarding, author: User, settings: Any
) -> None:
    settings.PROBES_PER_HOUR = 2

    assert len(checks.follow(onboarding.pk)) == 2
    assert checks.follow(onboarding.pk) == []
    with pytest.raises(TooMany):
        checks.request(section, by=author)


def test_what_had_no_room_is_checked_by_itself_once_there_is(
    section: Section, onboarding: Onboarding, settings: Any
) -> None:
    settings.PROBES_PER_HOUR = 2
    checks.follow(onboarding.pk)
    checks.follow_left_out()
    assert Check.objects.count() == 2, "the hour is not over"

    Check.objects.update(queued_at=clock.now() - timedelta(minutes=61))
    checks.follow_left_out()
    assert Check.objects.count() == 3


def test_what_had_no_room_is_not_checked_once_the_onboarding_is_cancelled(
    section: Section, onboarding: Onboarding, settings: Any
) -> None:
    settings.PROBES_PER_HOUR = 2
    checks.follow(onboarding.pk)
    Check.objects.update(queued_at=clock.now() - timedelta(minutes=61))
    Onboarding.objects.update(stage=Stage.CANCELLED)

    checks.follow_left_out()
    assert Check.objects.count() == 2


# ---- workers that do not come back


def test_a_killed_workers_check_is_given_out_again(section: Section, author: User, prober: Prober) -> None:
    check = checks.request_one(section, key=PLACE[0], pointer=PLACE[1], by=author)
    died = check_runs._claim(check.pk)
    Check.objects.filter(pk=check.pk).update(started_at=clock.now() - timedelta(minutes=5))

    check_runs.sweep()
    check.refresh_from_db()
    assert check.state == CheckState.QUEUED
    check_runs.run(check.pk)

    check.refresh_from_db()
    assert (check.state, check.verdict, check.attempt) == (CheckState.DONE, "ok", 2)
    assert died is not None
    check_runs._finish(died, ("failed", "from the dead", "", {}))
    check.refresh_from_db()
    assert check.message == "It answers."


def test_a_check_that_kills_its_workers_ends(section: Section, author: User) -> None:
    check = checks.request_one(section, key=PLACE[0], pointer=PLACE[1], by=author)
    for _ in range(check_runs.MOST_ATTEMPTS):
        check_runs._claim(check.pk)
        Check.objects.filter(pk=check.pk).update(started_at=clock.now() - timedelta(minutes=5))
        check_runs.sweep()

    check.refresh_from_db()
    assert (check.state, check.verdict) == (CheckState.DONE, "unknown")
    assert "3 workers" in check.message


def test_a_check_that_is_being_made_is_left_alone(section: Section, author: User) -> None:
    check = checks.request_one(section, key=PLACE[0], pointer=PLACE[1], by=author)
    check_runs._claim(check.pk)

    check_runs.sweep()

    check.refresh_from_db()
    assert (check.state, check.attempt) == (CheckState.RUNNING, 1)


def test_a_lost_hint_is_given_again(section: Section, author: User, monkeypatch: pytest.MonkeyPatch) -> None:
    hints: list[tuple[str, dict[str, str]]] = []
    check = checks.request_one(section, key=PLACE[0], pointer=PLACE[1], by=author)
    Check.objects.update(queued_at=clock.now() - timedelta(minutes=1))
    monkeypatch.setattr("portal.core.queue.enqueue", lambda task, **ids: hints.append((task, ids)))

    check_runs.sweep()

    assert hints == [("onboarding.run_check", {"check": check.pk})]


# ---- a person's word


@pytest.fixture
def private(section: Section, author: User, prober: Prober) -> Check:
    prober.answer = Outcome(Verdict.PRIVATE, "10.20.0.5 is a private address.", "Check it from inside.")
    return made(section, author)


def test_checks_that_wait_for_a_role_for_long_keep_no_other_from_being_looked_at(
    section: Section, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The first two have waited for a day, so that they are looked at every hour and more rarely; the third for a minute."""
    monkeypatch.setattr(check_runs, "_AT_ONCE", 1)
    now, minute = clock.now(), timedelta(minutes=1)
    old = [_waiting(section, f"servers/{n}", since=now - timedelta(days=1), looked=now - 2 * minute) for n in range(2)]
    young = _waiting(section, "servers/2", since=now - 2 * minute, looked=now - minute)

    check_runs.sweep()

    assert [Check.objects.get(pk=one.pk).state for one in (*old, young)] == ["done", "done", "queued"]


def _waiting(section: Section, pointer: str, *, since: datetime, looked: datetime) -> Check:
    return Check.objects.create(
        customer=section.customer,
        section=section,
        key="ntp.tells_time",
        pointer=pointer,
        inputs_digest="d" * 64,
        state=CheckState.DONE,
        verdict="waiting",
        how=Check.How.AWS,
        queued_at=since,
        finished_at=looked,
    )


def test_a_person_confirms_what_the_portal_may_not_reach(private: Check, section: Section, author: User) -> None:
    assert first(section).may_be_confirmed

    confirmed = checks.confirm(private, note="chronyc shows stratum 2", by=author)

    assert (confirmed.how, confirmed.verdict, confirmed.asked_by) == (Check.How.PERSON, "ok", author)
    assert (first(section).state, first(section).check) == ("confirmed", confirmed)
    event = AuditEvent.objects.get(action="check.confirmed")
    assert (event.actor, event.after["note"]) == (author, "chronyc shows stratum 2")


def test_a_confirmation_outlives_the_next_look_and_ends_with_the_answer(
    private: Check, section: Section, onboarding: Onboarding, author: User
) -> None:
    confirmed = checks.confirm(private, note="seen", by=author)

    made(section, author)
    assert first(section).check == confirmed
    factory.answer(onboarding, "ntp", {**NTP, "servers": ["ntp9.acme.example", *NTP["servers"][1:]]}, author)

    assert first(section).state == "out_of_date"


def test_what_the_portal_reaches_is_not_confirmed_by_a_person(section: Section, author: User, prober: Prober) -> None:
    prober.answer = Outcome(Verdict.FAILED, "It does not answer.")
    check = made(section, author)

    with pytest.raises(Conflict, match="no longer the latest, or the portal can check it"):
        checks.confirm(check, note="it works for me", by=author)


def test_only_the_latest_result_is_confirmed(private: Check, section: Section, author: User) -> None:
    made(section, author)

    with pytest.raises(Conflict):
        checks.confirm(private, note="seen", by=author)


@pytest.mark.parametrize(("note", "code"), [("  ", "missing"), ("x" * 501, "too_long")])
def test_a_confirmation_says_how_it_is_known(private: Check, author: User, note: str, code: str) -> None:
    with pytest.raises(Invalid) as refusal:
        checks.confirm(private, note=note, by=author)

    assert [(problem.pointer, problem.code) for problem in refusal.value.problems] == [("note", code)]


# ---- who may


@pytest.mark.parametrize("role", ["viewer", "auditor", "approver"])
def test_who_may_not_answer_has_nothing_checked(private: Check, section: Section, role: str) -> None:
    user = people.viewer(section.customer) if role == "viewer" else getattr(people, role)()

    with pytest.raises(Forbidden):
        checks.request(section, by=user)
    with pytest.raises(Forbidden):
        checks.request_one(section, key=PLACE[0], pointer=PLACE[1], by=user)
    with pytest.raises(Forbidden):
        checks.confirm(private, note="seen", by=user)


def test_a_check_that_the_answers_do_not_call_for_is_not_found(section: Section, author: User) -> None:
    with pytest.raises(NotFound):
        checks.request_one(section, key="ntp.tells_time", pointer="servers/7", by=author)


def test_a_cancelled_onboarding_is_left_alone(section: Section, onboarding: Onboarding, author: User) -> None:
    onboardings.cancel(onboarding, by=people.account_manager())
    section.refresh_from_db()

    assert checks.follow(onboarding.pk) == []
    with pytest.raises(Conflict):
        checks.request(section, by=author)


# ---- secrets and messages


@pytest.fixture
def mail(onboarding: Onboarding, author: User) -> Section:
    factory.answer(onboarding, "smtp", ANSWERS["smtp"], author)
    return factory.section(onboarding, "smtp")


MAIL = ("smtp.accepts", "host")


def test_the_password_is_opened_for_the_check_only(
    mail: Section, author: User, prober: Prober, caplog: pytest.LogCaptureFixture
) -> None:
    check = made(mail, author, MAIL)

    assert prober.asked == [("mail.acme.example", 587)]
    assert prober.options == {
        "security": "starttls",
        "username": "alerts",
        "password": ANSWERS["smtp"]["password"],
        "sender": "alerts@acme.example",
        "recipient": "",
        "fence": EGRESS,
    }
    event = AuditEvent.objects.get(action="check.secret_opened")
    assert event.after == {"secret": SealedSecret.objects.get().pk, "purpose": "intake smtp.password"}
    kept = [str(vars(row)) for row in (check, *AuditEvent.objects.all())]
    assert [text for text in [*kept, caplog.text] if ANSWERS["smtp"]["password"] in text] == []


def test_a_new_password_puts_the_result_out_of_date(
    mail: Section, onboarding: Onboarding, author: User, prober: Prober
) -> None:
    made(mail, author, MAIL)
    assert first(mail).state == "ok"

    factory.answer(onboarding, "smtp", {**ANSWERS["smtp"], "password": "another-Password-1"}, author)

    assert first(mail).state == "out_of_date"


def test_a_password_that_cannot_be_opened_is_said(mail: Section, author: User, prober: Prober) -> None:
    SealedSecret.objects.update(destroyed_at=clock.now())

    check = made(mail, author, MAIL)

    assert (check.verdict, check.message) == ("unknown", "The stored password cannot be opened.")
    assert prober.asked == []


def test_a_test_message_goes_to_a_chosen_address(mail: Section, author: User, prober: Prober) -> None:
    check = checks.request_one(mail, key=MAIL[0], pointer=MAIL[1], by=author, recipient=" ada@ACME.example ")

    check_runs.run(check.pk)

    assert prober.options["recipient"] == check.recipient == "ada@acme.example"


@pytest.mark.parametrize(
    ("of", "place", "recipient", "code"),
    [("smtp", MAIL, "nobody", "invalid_value"), ("ntp", PLACE, "ada@acme.example", "not_asked")],
)
def test_a_recipient_is_refused_where_it_cannot_be(
    mail: Section, section: Section, author: User, of: str, place: tuple[str, str], recipient: str, code: str
) -> None:
    asked = mail if of == "smtp" else section

    with pytest.raises(Invalid) as refusal:
        checks.request_one(asked, key=place[0], pointer=place[1], by=author, recipient=recipient)

    assert [problem.pointer for problem in refusal.value.problems] == ["recipient"]


# ---- what it costs


@pytest.mark.parametrize("tries", [0, 3])
def test_results_take_a_fixed_number_of_statements(
    section: Section, author: User, prober: Prober, tries: int, django_assert_num_queries: Any
) -> None:
    for _ in range(tries):
        made(section, author)

    with django_assert_num_queries(4):
        found = check_results.of(section.onboarding)

    assert len(found["ntp"][0].history) == tries


def test_names_are_looked_up_where_the_portal_is_set_to(section, author, prober, settings):
    settings.DNS_RESOLVERS = ["192.0.2.53"]
    settings.PROBE_NEVER = ["198.51.100.0/24"]
    check = checks.request_one(section, key=PLACE[0], pointer=PLACE[1], by=author)
    check_runs.run(check.pk)
    assert prober.options["fence"].resolver.servers == ("192.0.2.53",)
    assert not prober.options["fence"].allows("198.51.100.7")
