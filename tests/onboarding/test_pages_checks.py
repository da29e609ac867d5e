"""Results beside the answers: on the section's page, the check page and the review; asked for by page and by API."""

import re
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from environments.models import AwsAccount
from onboarding import check_results
from onboarding.checks.definition import NotYet
from onboarding.checks.preflight import entry
from onboarding.models import Check, Onboarding, Section
from onboarding.services import check_runs, checks
from portal.accounts.models import User
from portal.probes import ntp, smtp
from portal.probes.outcome import Outcome, Verdict
from tests.api.caller import Caller
from tests.factories import onboardings as factory
from tests.factories import people
from tests.factories.answers import ANSWERS

pytestmark = pytest.mark.django_db

NTP = {"choice": "own", "servers": ["ntp1.acme.example", "ntp2.acme.example", "ntp3.acme.example"]}
KEY, POINTER = "ntp.tells_time", "servers/0"
FINE = Outcome(Verdict.OK, "Stratum 2, 3 ms ahead.")
PRIVATE = Outcome(Verdict.PRIVATE, "10.20.0.5 is a private address.", "Check it from inside the VPC.")


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


def found(section: Section, author: User, outcome: Outcome, monkeypatch: pytest.MonkeyPatch) -> Check:
    """The first server was looked at, with this outcome."""
    monkeypatch.setattr(ntp, "tells_time", lambda *_, **__: outcome)
    check = checks.request_one(section, key=KEY, pointer=POINTER, by=author)
    check_runs.run(check.pk)
    return check


def browser(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


def page_of(section: Section) -> str:
    return reverse("section", args=(section.onboarding_id, section.key))


def checks_of(section: Section) -> str:
    return reverse("section_checks", args=(section.onboarding_id, section.key))


def row(page: Any, number: int = 0) -> str:
    """Return the markup of one row."""
    anchor = f'id="check-ntp-ntp-tells_time-servers-{number}"'
    match = re.search(
        rf'<div class="check" {anchor}.*?(?=<div class="check"|</form>|</section>|\Z)', page.text, re.DOTALL
    )
    assert match, page.text
    return match[0]


# ---- the section's page


def test_each_server_has_a_row_before_anything_was_checked(section: Section, author: User) -> None:
    page = browser(author).get(page_of(section))

    assert page.text.count('<div class="check"') == 3
    assert "Not checked yet" in row(page)
    assert "Check now" in row(page)


def test_a_result_says_word_sentence_and_time(section: Section, author: User, monkeypatch: pytest.MonkeyPatch) -> None:
    found(section, author, FINE, monkeypatch)

    shown = row(browser(author).get(page_of(section)))

    assert "Stratum 2, 3 ms ahead." in shown
    assert "Checked <time" in shown
    assert "Check again" in shown
    assert "aria-busy" not in shown


def test_what_is_wrong_says_the_remedy(section: Section, author: User, monkeypatch: pytest.MonkeyPatch) -> None:
    found(section, author, Outcome(Verdict.FAILED, "It does not answer.", "Open UDP 123."), monkeypatch)

    shown = row(browser(author).get(page_of(section)))

    assert "Does not work" in shown
    assert "Open UDP 123." in shown


def test_a_check_under_way_is_busy_and_the_page_polls(section: Section, author: User) -> None:
    checks.request_one(section, key=KEY, pointer=POINTER, by=author)

    page = browser(author).get(page_of(section))

    assert 'aria-busy="true"' in row(page)
    assert 'hx-trigger="every 2s"' in page.text
    assert "rows=check-ntp-ntp-tells_time-servers-0" in page.text
    assert "Check again" not in row(page)


def test_a_page_on_which_nothing_is_under_way_does_not_poll(section: Section, author: User) -> None:
    assert "every 2s" not in browser(author).get(page_of(section)).text


def test_polling_gives_the_rows_that_were_under_way(
    section: Section, author: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    found(section, author, FINE, monkeypatch)

    anchor = "check-ntp-ntp-tells_time-servers-0"
    answer = browser(author).get(f"{checks_of(section)}?rows={anchor}", HTTP_HX_REQUEST="true")

    assert answer.text.count('hx-swap-oob="true"') == 1
    assert "Stratum 2" in row(answer)
    assert "The answers were checked" in answer.text
    assert "every 2s" not in answer.text


def test_without_scripts_the_address_leads_back_to_the_page(section: Section, author: User) -> None:
    assert browser(author).get(checks_of(section)).headers["Location"] == page_of(section)


def test_a_press_has_one_check_made_and_comes_back_to_its_row(section: Section, author: User) -> None:
    answer = browser(author).post(checks_of(section), {"check": f"{KEY}:{POINTER}"})

    assert answer.headers["Location"] == f"{page_of(section)}#check-ntp-ntp-tells_time-servers-0"
    assert [check.asked_by for check in Check.objects.all()] == [author]


def test_a_press_by_script_answers_the_busy_row(section: Section, author: User) -> None:
    answer = browser(author).post(checks_of(section), {"check": f"{KEY}:{POINTER}"}, HTTP_HX_REQUEST="true")

    assert answer.status_code == 200
    assert 'aria-busy="true"' in row(answer)


def test_the_limit_is_told_on_the_page(section: Section, author: User, settings: Any) -> None:
    settings.PROBES_PER_HOUR = 1
    client = browser(author)
    client.post(checks_of(section), {"check": f"{KEY}:{POINTER}"})

    page = client.post(checks_of(section), {"check": f"{KEY}:servers/1"}, follow=True)

    assert "which is the limit. The next is free in 60 minutes." in page.text
    assert Check.objects.count() == 1


def test_history_stands_in_a_disclosure(section: Section, author: User, monkeypatch: pytest.MonkeyPatch) -> None:
    found(section, author, Outcome(Verdict.FAILED, "It was down."), monkeypatch)
    found(section, author, FINE, monkeypatch)

    shown = row(browser(author).get(page_of(section)))

    assert shown.index("Stratum 2") < shown.index("Earlier results") < shown.index("It was down.")


def test_a_changed_answer_shows_the_result_as_out_of_date(
    section: Section, onboarding: Onboarding, author: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    found(section, author, FINE, monkeypatch)
    factory.answer(onboarding, "ntp", {**NTP, "servers": ["ntp9.acme.example", *NTP["servers"][1:]]}, author)

    shown = row(browser(author).get(page_of(section)))

    assert "Out of date" in shown
    assert "The answer has changed since" in shown


def test_a_viewer_reads_and_asks_for_nothing(section: Section, author: User, monkeypatch: pytest.MonkeyPatch) -> None:
    found(section, author, PRIVATE, monkeypatch)
    viewer = people.viewer(section.customer)

    page = browser(viewer).get(page_of(section))

    assert "10.20.0.5 is a private address." in page.text
    assert "Check again" not in page.text
    assert "I have checked it" not in page.text
    assert browser(viewer).post(checks_of(section), {"check": f"{KEY}:{POINTER}"}).status_code == 403


def test_a_test_message_is_offered_where_mail_is_checked(onboarding: Onboarding, author: User) -> None:
    factory.answer(onboarding, "smtp", ANSWERS["smtp"], author)
    section = factory.section(onboarding, "smtp")
    client = browser(author)

    page = client.get(page_of(section))
    client.post(checks_of(section), {"check": "smtp.accepts:host", "act": "send", "recipient": author.email})

    assert "Send a test message" in page.text
    assert f'value="{author.email}"' in page.text
    assert Check.objects.get().recipient == author.email


def test_a_password_is_nowhere_on_the_page(
    onboarding: Onboarding, author: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(smtp, "accepts", lambda *_, **__: FINE)
    factory.answer(onboarding, "smtp", ANSWERS["smtp"], author)
    section = factory.section(onboarding, "smtp")
    check_runs.run(checks.request_one(section, key="smtp.accepts", pointer="host", by=author).pk)

    page = browser(author).get(page_of(section))

    assert FINE.message in page.text
    assert ANSWERS["smtp"]["password"] not in page.text


# ---- a person's word


def test_what_is_private_says_who_looks_and_takes_their_word(
    section: Section, author: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    check = found(section, author, PRIVATE, monkeypatch)
    client = browser(author)
    before = row(client.get(page_of(section)))

    page = client.post(reverse("check_confirm", args=(check.pk,)), {"note": "chronyc says stratum 2"}, follow=True)

    assert "You check this" in before
    assert "I have checked it" in before
    assert "Confirmed by a person" in row(page)
    assert "chronyc says stratum 2" in row(page)
    assert "Confirmed by Ada Author" in row(page)


def test_a_confirmation_without_a_note_is_asked_for_one(
    section: Section, author: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    check = found(section, author, PRIVATE, monkeypatch)

    page = browser(author).post(reverse("check_confirm", args=(check.pk,)), {"note": ""}, follow=True)

    assert "Enter how you checked it, and what you saw" in page.text
    assert Check.objects.count() == 1


# ---- where it is only read


def test_the_check_page_and_the_review_show_what_was_found(
    onboarding: Onboarding, author: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    factory.submitted(onboarding, author)
    found(factory.section(onboarding, "ntp"), author, FINE, monkeypatch)

    check_page = browser(author).get(reverse("check_answers", args=(onboarding.pk,)))
    review = browser(people.engineer()).get(reverse("review_section", args=(onboarding.pk, "ntp")))

    for page in (check_page, review):
        assert "Stratum 2, 3 ms ahead." in page.text
        assert "Check again" not in page.text


def test_a_check_that_did_not_come_about_stops_nobody(
    onboarding: Onboarding, author: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    factory.answered(onboarding, author)
    found(factory.section(onboarding, "ntp"), author, Outcome(Verdict.FAILED, "It is down."), monkeypatch)

    answer = browser(author).post(reverse("check_answers", args=(onboarding.pk,)))

    assert answer.status_code == 302
    assert factory.section(onboarding, "ntp").state == "submitted"


@pytest.mark.parametrize("tries", [1, 3])
def test_the_section_page_takes_a_fixed_number_of_statements(
    section: Section,
    author: User,
    monkeypatch: pytest.MonkeyPatch,
    tries: int,
    django_assert_max_num_queries: Any,
) -> None:
    for _ in range(tries):
        found(section, author, FINE, monkeypatch)
    client = browser(author)

    with django_assert_max_num_queries(24):
        client.get(page_of(section))


# ---- the API


def test_api_lists_what_the_answers_call_for(section: Section, author: User, monkeypatch: pytest.MonkeyPatch) -> None:
    check = found(section, author, FINE, monkeypatch)

    rows = Caller(author).get(f"/sections/{section.pk}/checks").data["data"]

    assert [(one["pointer"], one["standing"]) for one in rows] == [
        ("/answers/servers/0", "ok"),
        ("/answers/servers/1", "not_checked"),
        ("/answers/servers/2", "not_checked"),
    ]
    assert rows[0]["latest"]["id"] == check.pk
    assert rows[0]["latest"]["message"] == FINE.message
    assert rows[1]["latest"] is None


def test_api_has_all_or_one_checked(section: Section, author: User) -> None:
    caller, path = Caller(author), f"/sections/{section.pk}/checks"

    one = caller.post(path, {"key": KEY, "pointer": "/answers/servers/1"})
    every = caller.post(path)

    assert (one.status_code, every.status_code) == (202, 202)
    assert [found["standing"] for found in one.data["data"]] == ["not_checked", "queued", "not_checked"]
    assert {found["standing"] for found in every.data["data"]} == {"queued"}


def test_api_refuses_over_the_limit_with_when_to_come_back(section: Section, author: User, settings: Any) -> None:
    settings.PROBES_PER_HOUR = 3
    caller, path = Caller(author), f"/sections/{section.pk}/checks"
    caller.post(path)
    Check.objects.update(state="done", verdict="ok", finished_at="2026-11-24T10:00:00Z")

    refused = caller.post(path)

    assert refused.status_code == 429
    assert 3590 <= int(refused["Retry-After"]) <= 3600


def test_api_confirms_by_a_persons_word(section: Section, author: User, monkeypatch: pytest.MonkeyPatch) -> None:
    check = found(section, author, PRIVATE, monkeypatch)
    caller = Caller(author)

    empty = caller.post(f"/checks/{check.pk}/confirmations", {"note": " "})
    made = caller.post(f"/checks/{check.pk}/confirmations", {"note": "chronyc says stratum 2"})

    assert (empty.status_code, empty.data["errors"][0]["pointer"]) == (400, "/note")
    assert (made.status_code, made.data["how"], made.data["verdict"]) == (201, "person", "ok")
    assert caller.get(f"/sections/{section.pk}/checks").data["data"][0]["standing"] == "confirmed"
    history = caller.get(f"/checks?section={section.pk}").data["data"]
    assert [one["how"] for one in history] == ["person", "portal"]
    assert caller.get(f"/checks/{check.pk}").data["verdict"] == "private"


def test_page_and_api_refuse_with_the_same_words(
    section: Section, author: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    check = found(section, author, FINE, monkeypatch)
    page = browser(author).post(reverse("check_confirm", args=(check.pk,)), {"note": "fine"}, follow=True)
    api = Caller(author).post(f"/checks/{check.pk}/confirmations", {"note": "fine"})

    assert api.status_code == 409
    assert api.data["detail"].split(".")[0] in page.text


def test_another_customers_checks_are_not_there(
    section: Section, author: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    check = found(section, author, PRIVATE, monkeypatch)
    stranger = people.contact(people.customer())

    assert Caller(stranger).get(f"/checks/{check.pk}").status_code == 404
    assert Caller(stranger).get(f"/checks?section={section.pk}").data["data"] == []
    assert browser(stranger).post(reverse("check_confirm", args=(check.pk,)), {"note": "x"}).status_code == 404
    assert check_results.checks(author).count() == 1


# ---- the template before there are environments


def test_the_template_is_offered_while_the_role_is_missing(
    onboarding: Onboarding, author: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    factory.answered(onboarding, author)
    section = factory.section(onboarding, "remote_access")
    row = section.answers["environments"][0]

    def not_there(_: Any) -> Outcome:
        raise NotYet("The role does not let us in yet.", "Deploy the template.")

    monkeypatch.setattr(entry, "lets_in", not_there)
    monkeypatch.setattr("environments.services.cloud.entered", lambda *_: None)
    pointer = "environments/0/account_id"
    check_runs.run(checks.request_one(section, key="aws.account", pointer=pointer, by=author).pk)
    client = browser(author)

    page = client.get(page_of(section))
    address = reverse("intake_access_template", args=(onboarding.pk, row["account_id"]))
    template = client.get(address)
    (told,) = Caller(author).get(f"/onboardings/{onboarding.pk}/access-templates").data["data"]

    assert address in page.text
    assert "Waits for your role" in page.text
    assert template["Content-Disposition"].startswith("attachment")
    assert template.text == told["template"]
    assert told["parameters"]["ExternalId"] == AwsAccount.objects.get().external_id
    assert told["parameters"]["EnvironmentNames"] == "Production,Test"
    assert told["parameters"]["Regions"] == "eu-west-1,eu-central-1"
    assert f"vpc/{row['vpc_id']}" in told["parameters"]["VpcArns"]
    assert f"ExternalId={told['parameters']['ExternalId']}" in told["command"]


def test_an_account_that_nobody_named_has_no_template(onboarding: Onboarding, author: User) -> None:
    factory.answered(onboarding, author)

    assert (
        browser(author).get(reverse("intake_access_template", args=(onboarding.pk, "000000000000"))).status_code == 404
    )
