"""Review: who judges, what they see, and what the page says when a decision cannot be taken."""

import pytest
from django.test import Client
from django.urls import reverse

from onboarding.models import Onboarding, Section
from onboarding.services import sections
from onboarding.states import SectionState, Stage
from portal.accounts.models import User
from tests.factories import onboardings, people

pytestmark = pytest.mark.django_db


def signed_in(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


def read(user: User, onboarding: Onboarding) -> str:
    response = signed_in(user).get(reverse("review", args=[onboarding.pk]))
    assert response.status_code == 200
    return response.content.decode()


def judge(user: User, section: Section, decision: str, *, reason: str = "", revision: int | None = None):
    revision = section.revision if revision is None else revision
    address = reverse("review_section", args=[section.onboarding_id, section.key])
    return signed_in(user).post(address, {"decision": decision, "reason": reason, "revision": revision})


def submitted() -> Onboarding:
    return onboardings.submitted(onboardings.onboarding())


def test_reviewer_sees_answers_rules_and_counts():
    html = read(people.engineer(), submitted())

    assert "0 of 11 judged" in html
    assert "acme.internal" in html
    assert "Every rule holds" in html
    assert "mail-Password-73f" not in html


def test_approving_leads_to_the_next_section_and_counts():
    onboarding, reviewer = submitted(), people.engineer()

    response = judge(reviewer, onboardings.section(onboarding, "products"), "approve")

    assert response["Location"].endswith("#section-remote_access")
    assert onboardings.section(onboarding, "products").state == SectionState.APPROVED
    assert "1 of 11 judged" in read(reviewer, onboarding)


def test_approving_everything_ends_the_review():
    onboarding, reviewer = submitted(), people.engineer()

    for section in Section.objects.filter(onboarding=onboarding):
        assert judge(reviewer, section, "approve").status_code == 302

    onboarding.refresh_from_db()
    assert onboarding.stage == Stage.PROVISIONING
    assert "Nothing waits for a decision" in read(reviewer, onboarding)


def test_requesting_changes_needs_a_reason():
    section = onboardings.section(submitted(), "dns")

    response = judge(people.engineer(), section, "request_changes")

    html = response.content.decode()
    assert response.status_code == 422
    assert "<title>Error: " in html
    assert html.count("Enter what must change, and why") == 2
    assert 'href="#field-reason-dns"' in html
    assert 'id="field-reason-dns"' in html


def test_requesting_changes_gives_the_section_back():
    section = onboardings.section(submitted(), "dns")

    response = judge(people.engineer(), section, "request_changes", reason="The zone is taken")

    section.refresh_from_db()
    assert response.status_code == 302
    assert section.state == SectionState.CHANGES_REQUESTED
    assert section.reviews.get().reason == "The zone is taken"


def test_a_decision_on_other_answers_than_were_read_is_refused_and_the_reason_kept():
    section = onboardings.section(submitted(), "dns")

    response = judge(
        people.engineer(), section, "request_changes", reason="Words of mine", revision=section.revision - 1
    )

    html = response.content.decode()
    section.refresh_from_db()
    assert response.status_code == 412
    assert "DNS: " in html
    assert "Words of mine" in html
    assert section.state == SectionState.SUBMITTED


def test_two_reviewers_at_once_see_that_it_is_judged():
    section = onboardings.section(submitted(), "dns")
    judge(people.engineer(), section, "approve")

    response = judge(people.engineer(), section, "approve")

    assert response.status_code in (409, 412)
    assert "There is a problem" in response.content.decode()


def test_nobody_judges_what_they_entered():
    engineer = people.engineer()
    onboarding = onboardings.submitted(onboardings.onboarding(), engineer)
    section = onboardings.section(onboarding, "dns")

    html = read(engineer, onboarding)
    response = judge(engineer, section, "approve")

    assert "Somebody else judges what you entered" in html
    assert 'value="approve"' not in html
    assert response.status_code == 403


def test_an_answer_that_changed_since_the_last_review_shows_old_and_new():
    onboarding, reviewer = submitted(), people.engineer()
    section = onboardings.section(onboarding, "dns")
    judge(reviewer, section, "request_changes", reason="Another zone")
    author = people.contact(onboarding.customer)
    changed = onboardings.answer(onboarding, "dns", {"choice": "route53", "zone": "new.internal"}, author)
    sections.submit(changed, revision=changed.revision, by=author)

    html = read(reviewer, onboarding)

    assert "Changed since the last review" in html
    assert "new.internal</ins>" in html


def test_an_unknown_decision_is_refused():
    section = onboardings.section(submitted(), "dns")

    response = judge(people.engineer(), section, "burn")

    assert response.status_code == 422


def test_auditors_read_a_review_and_decide_nothing():
    onboarding, auditor = submitted(), people.auditor()

    html = read(auditor, onboarding)

    assert "You can read this review" in html
    assert 'value="approve"' not in html
    assert judge(auditor, onboardings.section(onboarding, "dns"), "approve").status_code == 403


def test_customers_do_not_see_the_review():
    onboarding = submitted()
    contact = people.contact(onboarding.customer)

    assert signed_in(contact).get(reverse("review", args=[onboarding.pk])).status_code == 403
    assert judge(contact, onboardings.section(onboarding, "dns"), "approve").status_code == 403
