"""What is suggested: derived, shown as such, and an answer only by the word of a person who saw it."""

from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from django.test import Client
from django.urls import reverse

from onboarding import suggesting
from onboarding.models import Onboarding, Section
from onboarding.sections import SECTIONS, definition, suggestions
from onboarding.sections.suggest import Contact, Known
from onboarding.services import intake_files, judging
from onboarding.services import suggestions as services
from onboarding.states import SectionState
from portal.accounts.models import User
from portal.audit.models import AuditEvent
from portal.core.errors import Conflict, Forbidden, Invalid
from tests.api.caller import Caller
from tests.factories import onboardings, people

ADA = Contact("Ada Admin", "ada@acme.example", True)
BEN = Contact("Ben Berg", "ben@acme.example", False)
KNOWN = Known("Acme", (BEN, ADA))


def suggested(key: str, answers: dict[str, Any], known: Known = KNOWN) -> dict[str, Any]:
    return {one.pointer: one.value for one in suggestions.fill(definition(key), answers, known).suggestions}


def test_everything_suggested_is_sound_on_its_own():
    for what in SECTIONS:
        filled = suggestions.fill(what, {}, KNOWN)
        wrong = [one for one in what.clean(filled.answers)[1] if one.code != "missing"]
        assert wrong == [], what.key
        assert all(one.because and one.words for one in filled.suggestions)


@pytest.mark.parametrize("key", ["ntp", "dns", "smtp", "operating_system", "backup", "logs", "users"])
def test_sections_that_need_nobody_are_complete_by_what_is_suggested(key: str):
    what = definition(key)
    assert what.clean(suggestions.fill(what, {}, KNOWN).answers)[1] == []


def test_the_version_is_the_newest_of_its_product_once_that_is_said():
    assert "products/0/version" not in suggested("products", {"products": [{"pattern": "ha"}]})
    assert suggested("products", {"products": [{"product": "identity-server", "pattern": "ha"}]}) == {
        "products/0/version": "7.1.0"
    }


def test_further_environments_take_account_and_region_of_the_first_and_a_kind_of_their_own():
    first = {"kind": "production", "name": "Live", "account_id": "222222222222", "region": "eu-west-1"}
    found = suggested("remote_access", {"environments": [first, {"vpc_id": "vpc-0a1b2c3d"}, {"name": "Test"}]})

    assert found == {
        "environments/1/kind": "test",
        "environments/1/name": "Test",
        "environments/1/account_id": "222222222222",
        "environments/1/region": "eu-west-1",
        "environments/2/kind": "staging",
        "environments/2/account_id": "222222222222",
        "environments/2/region": "eu-west-1",
    }


def test_a_name_that_is_taken_is_not_suggested_again():
    rows = [{"kind": "test", "name": "Test"}, {"kind": "test"}]
    assert "environments/1/name" not in suggested("remote_access", {"environments": rows})


def test_no_environment_is_made_up():
    assert suggested("remote_access", {}) == {}


@pytest.mark.parametrize(
    ("addresses", "zone"),
    [
        (["a@acme.example"], "acme.internal"),
        (["a@mail.acme.example"], "acme.internal"),
        (["a@acme.co.uk", "b@acme.co.uk"], "acme.internal"),
        (["a@acme.example", "b@consultants.example"], None),
        ([], None),
    ],
)
def test_the_zone_follows_from_the_mail_domain_that_all_share(addresses: list[str], zone: str | None):
    known = Known("Acme", [Contact("A", address, False) for address in addresses])
    assert suggested("dns", {}, known).get("zone") == zone


def test_hidden_questions_are_not_suggested():
    found = suggested("smtp", {"choice": "own", "port": 465})
    assert found == {"encryption": "tls", "sender": "alerts@acme.example"}


def test_the_target_fits_the_pattern():
    def target(pattern: str) -> Any:
        known = Known(intake={"products": {"products": [{"pattern": pattern}]}})
        return suggested("monitoring", {}, known)["availability_target"]

    assert (target("single"), target("ha"), target("distributed")) == ("99.5", "99.9", "99.9")
    assert "availability_target" not in suggested("monitoring", {}, KNOWN)


def test_vendor_and_software_follow_from_a_model_that_has_one_only():
    def of(model: str) -> dict[str, Any]:
        return suggested("data_centre", {"choice": "vpn", "router_model": model})

    assert of("ISR Series Routers") == {"router_vendor": "Cisco Systems, Inc.", "router_software": "IOS 12.4+"}
    assert of("ASA 5500 Series") == {"router_vendor": "Cisco Systems, Inc."}
    assert of("Home made") == {}


def test_only_who_administers_here_is_suggested_as_administrator():
    found = suggested("users", {})
    assert found["people/0/access"] == "dashboards"
    assert found["people/1/access"] == "administrator"


def test_what_is_not_known_yet_stays_so():
    assert suggested("dns", {"unknown": ["zone"]}) == {"choice": "route53"}


@pytest.mark.parametrize(
    ("zone", "expected"),
    [
        ("UTC", ("sunday", 2)),
        ("Europe/Oslo", ("sunday", 1)),
        ("America/New_York", ("sunday", 7)),
        ("Asia/Singapore", ("saturday", 18)),
    ],
)
def test_the_hour_for_patches_is_a_sunday_night_at_the_customers(zone: str, expected: tuple[str, int]):
    at = datetime(2026, 11, 28, 12, tzinfo=ZoneInfo("UTC"))
    assert suggesting._quiet_hour(at, ZoneInfo(zone)) == expected


@pytest.fixture
def contact(db: None) -> User:
    return people.customer_administrator(people.customer("Acme"))


@pytest.fixture
def onboarding(contact: User) -> Onboarding:
    return onboardings.onboarding(contact.memberships.get().customer)


def digests(onboarding: Onboarding, *keys: str) -> dict[str, str]:
    filled = suggesting.of(onboarding)
    return {key: suggesting.digest(filled[key]) for key in keys}


def stored(onboarding: Onboarding, key: str) -> Section:
    return onboardings.section(onboarding, key)


def test_taking_over_saves_what_was_shown_and_says_so_in_the_audit(onboarding: Onboarding, contact: User):
    services.accept(onboarding, digests=digests(onboarding, "ntp", "logs"), by=contact)

    assert stored(onboarding, "ntp").answers == {"choice": "amazon"}
    assert stored(onboarding, "logs").answers == {"forward": False}
    assert stored(onboarding, "backup").state == SectionState.EMPTY
    event = AuditEvent.objects.get(action="onboarding.suggestions_accepted")
    assert event.after == {"logs": ["forward"], "ntp": ["choice"]}


def test_what_nobody_saw_is_not_taken_over(onboarding: Onboarding, contact: User):
    seen = digests(onboarding, "ntp", "users")
    people.contact(onboarding.customer)

    with pytest.raises(Conflict, match="Users and access: what is suggested has changed"):
        services.accept(onboarding, digests=seen, by=contact)

    assert stored(onboarding, "ntp").state == SectionState.EMPTY


def test_who_may_only_read_takes_nothing_over(onboarding: Onboarding):
    with pytest.raises(Forbidden):
        services.accept(onboarding, digests=digests(onboarding, "ntp"), by=people.viewer(onboarding.customer))


@pytest.mark.parametrize("given", [{}, {"weather": ""}])
def test_sections_must_be_named(onboarding: Onboarding, contact: User, given: dict[str, str]):
    with pytest.raises(Invalid):
        services.accept(onboarding, digests=given, by=contact)


def test_submitting_takes_over_and_submits_or_does_nothing(onboarding: Onboarding, contact: User):
    with pytest.raises(Invalid):
        services.accept_and_submit(onboarding, digests=digests(onboarding, "ntp"), by=contact)
    assert stored(onboarding, "ntp").state == SectionState.EMPTY

    answers = onboardings.answers_for()
    answers["ntp"] = {}
    onboardings.answered(onboarding, contact, answers)
    services.accept_and_submit(onboarding, digests=digests(onboarding, "ntp"), by=contact)
    assert stored(onboarding, "ntp").state == SectionState.SUBMITTED


def test_what_is_ready_can_be_submitted_while_the_rest_stays_a_draft(onboarding: Onboarding, contact: User):
    client = Client()
    client.force_login(contact)
    onboardings.answer(onboarding, "dns", {"choice": "own"}, contact)
    seen = [f"{key}:{digest}" for key, digest in digests(onboarding, "ntp", "logs").items()]

    response = client.post(reverse("check_answers", args=[onboarding.pk]), {"act": "ready", "suggested": seen})

    assert response.status_code == 302
    assert stored(onboarding, "ntp").state == stored(onboarding, "logs").state == SectionState.SUBMITTED
    assert stored(onboarding, "dns").state == SectionState.DRAFT
    assert stored(onboarding, "backup").state == SectionState.EMPTY


def test_where_nothing_is_ready_the_problems_are_named(onboarding: Onboarding, contact: User):
    with pytest.raises(Invalid):
        services.accept_and_submit(onboarding, digests={}, by=contact, ready_only=True)


def test_a_sealed_password_stays_when_suggestions_are_taken_over(onboarding: Onboarding, contact: User):
    given = {
        "choice": "own",
        "host": "mail.acme.example",
        "port": 587,
        "username": "a",
        "password": "mail-Password-73f",
    }
    before = onboardings.answer(onboarding, "smtp", given, contact).answers["password"]

    services.accept(onboarding, digests=digests(onboarding, "smtp"), by=contact)

    after = stored(onboarding, "smtp").answers
    assert (after["password"], after["encryption"]) == (before, "starttls")


def test_a_submitted_section_gets_no_suggestions(onboarding: Onboarding, contact: User):
    onboardings.submitted(onboarding, contact)
    assert [key for key, filled in suggesting.of(onboarding).items() if filled.suggestions] == []


def page(contact: User, name: str, *args: str) -> str:
    client = Client()
    client.force_login(contact)
    return client.get(reverse(name, args=args)).content.decode()


def test_the_page_shows_a_suggestion_as_such_and_saves_it_with_the_rest(onboarding: Onboarding, contact: User):
    html = page(contact, "section", onboarding.pk, "ntp")

    assert "Suggested" in html
    assert "The usual one, with nothing to do for you." in html
    assert 'value="amazon" checked' in html
    assert stored(onboarding, "ntp").state == SectionState.EMPTY


def test_a_suggestion_can_be_doubted(onboarding: Onboarding, contact: User):
    client = Client()
    client.force_login(contact)
    address = reverse("section", args=[onboarding.pk, "dns"])
    sent = {"revision": 0, "act": "later", "choice": "route53", "zone": "acme.internal"}

    client.post(address, {**sent, "unknown": ["zone"], "suggested": ["choice", "zone"]})

    assert stored(onboarding, "dns").answers == {"choice": "route53", "unknown": ["zone"]}


def test_a_further_row_begins_with_what_is_suggested(onboarding: Onboarding, contact: User):
    first = {"kind": "production", "name": "Live", "account_id": "222222222222", "region": "eu-west-1"}
    onboardings.answer(onboarding, "remote_access", {"environments": [first]}, contact)
    client = Client()
    client.force_login(contact)

    html = client.get(
        reverse("section", args=[onboarding.pk, "remote_access"]), {"add": "environments"}
    ).content.decode()

    assert html.count('name="environments-1-account_id" type="text" value="222222222222"') == 1
    assert html.count('name="environments-__index__-account_id" type="text" value="222222222222"') == 1


def test_one_section_is_taken_over_from_the_check_page(onboarding: Onboarding, contact: User):
    client = Client()
    client.force_login(contact)
    assert "take over what is suggested for NTP" in page(contact, "check_answers", onboarding.pk)

    digest = digests(onboarding, "ntp")["ntp"]
    response = client.post(reverse("suggestions_accept", args=[onboarding.pk]), {"suggested": f"ntp:{digest}"})

    assert response["Location"] == reverse("check_answers", args=[onboarding.pk])
    assert stored(onboarding, "ntp").answers == {"choice": "amazon"}


def test_the_pages_cost_the_same_however_many_people_there_are(
    onboarding: Onboarding, contact: User, django_assert_max_num_queries: Any
):
    client = Client()
    client.force_login(contact)
    for number in (0, 3, 6):
        for _ in range(number):
            people.contact(onboarding.customer)
        with django_assert_max_num_queries(24):
            client.get(reverse("check_answers", args=[onboarding.pk]))


def test_the_api_lists_what_is_suggested_and_takes_it_over(onboarding: Onboarding, contact: User):
    caller, path = Caller(contact), f"/onboardings/{onboarding.pk}"
    ntp = next(row for row in caller.get(f"{path}/suggestions").data["data"] if row["section"] == "ntp")
    because = "the usual one, with nothing to do for you"
    assert ntp["suggestions"] == [
        {"pointer": "/answers/choice", "label": "Time service", "value": "amazon", "because": because}
    ]

    done = caller.post(f"{path}/suggestion-acceptances", {"sections": {"ntp": ntp["digest"]}})

    assert done.status_code == 200
    assert stored(onboarding, "ntp").answers == {"choice": "amazon"}
    assert caller.post(f"{path}/suggestion-acceptances", {"sections": {"ntp": 5}}).status_code == 400
    assert caller.post(f"{path}/submissions", {"suggestions": {"ntp": ntp["digest"]}}).status_code == 409


def test_the_file_offers_what_is_suggested_as_lines_to_take_in(onboarding: Onboarding, contact: User):
    text = intake_files.write(onboarding, "yaml")
    assert (
        "    # Suggested for time service: the usual one, with nothing to do for you.\n    # choice: amazon\n" in text
    )

    taken = text.replace("    # choice: amazon", "    choice: amazon")
    report = intake_files.preview(onboarding, taken.replace("ntp: {}", "ntp:"), by=contact)
    assert [section.key for section in report.changed] == ["ntp"]


def test_what_is_suggested_stands_against_nothing_by_itself(onboarding: Onboarding, contact: User):
    """A suggestion is no answer: the service still misses it."""
    assert [one.code for one in judging.problems(stored(onboarding, "ntp"))] == ["missing"]
