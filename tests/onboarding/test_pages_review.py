"""Review: who judges, what they see, and what the page says when a decision cannot be taken."""

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from onboarding import selectors
from onboarding.models import Onboarding, ReviewDraft, ReviewPolicy, Section
from onboarding.services import review_policies, sections
from onboarding.states import SectionState, Stage
from portal.accounts.models import User
from tests.factories import onboardings, people

pytestmark = pytest.mark.django_db


def signed_in(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


def read(user: User, onboarding: Onboarding, key: str = "") -> str:
    name, args = ("review_section", [onboarding.pk, key]) if key else ("review", [onboarding.pk])
    response = signed_in(user).get(reverse(name, args=args))
    assert response.status_code == 200
    return response.content.decode()


def judge(user: User, section: Section, act: str, *, revision: int | None = None, **said: str) -> Any:
    """`said` has per answer `ok`, or the reason of a change; `/` is written `__`."""
    data = {"act": act, "revision": section.revision if revision is None else revision}
    for name, words in said.items():
        pointer = name.replace("__", "/")
        data[f"verdict:{pointer}"] = "approved" if words == "ok" else "change_requested"
        data[f"reason:{pointer}"] = "" if words == "ok" else words
    return signed_in(user).post(reverse("review_section", args=[section.onboarding_id, section.key]), data)


def reopen(user: User, section: Section, name: str = "review_reopen", **data: Any) -> Any:
    address = reverse(name, args=[section.onboarding_id, section.key])
    return signed_in(user).post(address, {"revision": section.revision, **data})


def submitted() -> Onboarding:
    return onboardings.submitted(onboardings.onboarding())


def one_submitted(key: str = "dns") -> Section:
    """One section that waits for review."""
    given = {"dns": {"choice": "route53", "zone": "acme.internal"}, "ntp": {"choice": "amazon"}}
    onboarding = onboardings.onboarding()
    author = people.contact(onboarding.customer)
    section = onboardings.answer(onboarding, key, given[key], author)
    return sections.submit(section, revision=section.revision, by=author)


def test_list_says_what_waits_and_how_far_each_is():
    onboarding, reviewer = submitted(), people.engineer()
    judge(people.engineer(), onboardings.section(onboarding, "ntp"), "save", choice="ok")
    judge(reviewer, onboardings.section(onboarding, "dns"), "save", zone="ok")

    html = read(reviewer, onboarding)

    assert "0 of 11 judged" in html
    assert "1 of 2 judged" in html
    assert "is at it." in html
    assert "Review Products" in html
    assert "mail-Password-73f" not in html


def test_list_costs_the_same_however_many_sections_wait(django_assert_max_num_queries: Any):
    client = signed_in(people.engineer())
    few, many = one_submitted().onboarding, submitted()
    client.get(reverse("review", args=[few.pk]))
    for onboarding in (few, many):
        with django_assert_max_num_queries(15):
            client.get(reverse("review", args=[onboarding.pk]))


def test_reviewer_sees_answers_rules_and_history():
    section = one_submitted()

    html = read(people.engineer(), section.onboarding, "dns")

    assert "acme.internal" in html
    assert "Every rule holds" in html
    assert "<b data-judged>0</b> of 2 judged" in html
    assert "What happened" in html
    assert html.count('value="approved"') == 2


def test_judgements_are_kept_and_the_customer_sees_nothing():
    section, reviewer = one_submitted(), people.engineer()

    response = judge(reviewer, section, "save", zone="Use a zone you own")

    assert response.status_code == 302
    assert ReviewDraft.objects.get().judgements["zone"]["reason"] == "Use a zone you own"
    html = read(reviewer, section.onboarding, "dns")
    assert "<b data-judged>1</b> of 2 judged" in html
    assert "Use a zone you own</textarea>" in html
    contact = people.contact(section.customer)
    page = signed_in(contact).get(reverse("section", args=[section.onboarding_id, "dns"])).content.decode()
    assert "Use a zone you own" not in page
    section.refresh_from_db()
    assert section.state == SectionState.SUBMITTED


def test_judgements_are_kept_quietly_by_the_script():
    section, reviewer = one_submitted(), people.engineer()
    client, address = signed_in(reviewer), reverse("review_section", args=[section.onboarding_id, "dns"])
    sent = {"act": "save", "revision": section.revision, "verdict:zone": "approved"}

    kept = client.post(address, sent, headers={"X-Autosave": "1"})
    refused = client.post(address, {**sent, "revision": 0}, headers={"X-Autosave": "1"})

    assert (kept.status_code, refused.status_code) == (204, 412)
    assert "changed this section since you opened it" in refused.content.decode()


def test_finishing_leads_to_the_next_section():
    onboarding, reviewer = submitted(), people.engineer()

    response = judge(reviewer, onboardings.section(onboarding, "products"), "approve_rest")

    assert response["Location"] == reverse("review_section", args=[onboarding.pk, "remote_access"])
    assert onboardings.section(onboarding, "products").state == SectionState.APPROVED
    assert "1 of 11 judged" in read(reviewer, onboarding)


def test_approving_everything_ends_the_review():
    onboarding, reviewer = submitted(), people.engineer()

    for section in Section.objects.filter(onboarding=onboarding):
        assert judge(reviewer, section, "approve_rest").status_code == 302

    onboarding.refresh_from_db()
    assert onboarding.stage == Stage.PROVISIONING
    assert "Nothing waits for a decision" in read(reviewer, onboarding)


def test_every_answer_has_to_be_judged_and_every_change_needs_a_reason():
    section = one_submitted()

    response = judge(people.engineer(), section, "finish", zone=" ")

    html = response.content.decode()
    assert response.status_code == 422
    assert "<title>Error: " in html
    assert html.count("DNS service: approve it, or request a change") == 2
    assert html.count("Zone name: enter what must change, and why") == 2
    assert 'href="#field-judge-zone"' in html
    assert 'id="field-judge-zone"' in html


def test_finished_review_gives_back_only_what_it_concerns():
    section = one_submitted()

    response = judge(people.engineer(), section, "finish", choice="ok", zone="The zone is taken")

    section.refresh_from_db()
    assert response.status_code == 302
    assert section.state == SectionState.CHANGES_REQUESTED
    assert sorted(section.approved) == ["choice"]
    assert section.reviews.get().reason == "Zone name: The zone is taken"


def test_a_decision_on_other_answers_than_were_read_is_refused_and_the_words_kept():
    section = one_submitted()

    response = judge(people.engineer(), section, "finish", zone="Words of mine", revision=section.revision - 1)

    html = response.content.decode()
    section.refresh_from_db()
    assert response.status_code == 412
    assert "changed this section since you opened it" in html
    assert "Words of mine</textarea>" in html
    assert section.state == SectionState.SUBMITTED


def test_the_second_reviewer_is_told_who_was_first():
    section, ruth = one_submitted(), people.staff("operations_engineer", name="Ruth")
    judge(ruth, section, "approve_rest")

    response = judge(people.engineer(), section, "finish", zone="Another")

    assert response.status_code == 412
    assert "Ruth finished this review just now." in response.content.decode()


def test_nobody_judges_what_they_entered():
    engineer = people.engineer()
    onboarding = onboardings.submitted(onboardings.onboarding(), engineer)
    section = onboardings.section(onboarding, "dns")

    assert "Somebody else judges what you entered" in read(engineer, onboarding)
    html = read(engineer, onboarding, "dns")
    response = judge(engineer, section, "approve_rest")

    assert "Somebody else judges what you entered" in html
    assert 'value="approve_rest"' not in html
    assert response.status_code == 403


def test_the_next_review_starts_with_what_changed():
    section, reviewer = one_submitted(), people.engineer()
    judge(reviewer, section, "finish", choice="ok", zone="Another zone")
    author = people.contact(section.customer)
    changed = onboardings.answer(section.onboarding, "dns", {"choice": "route53", "zone": "new.internal"}, author)
    sections.submit(changed, revision=changed.revision, by=author)

    html = read(reviewer, section.onboarding, "dns")

    assert "new.internal</ins>" in html
    assert "Asked last time: Another zone" in html
    assert "1 answer approved before and unchanged" in html
    assert "<b data-judged>1</b> of 2 judged" in html


def test_policy_of_two_is_shown_and_counted():
    section = one_submitted()
    review_policies.change("dns", approvers=2, condition="", by=people.administrator())
    ruth, reviewer = people.staff("operations_engineer", name="Ruth"), people.engineer()

    assert "2 different reviewers must approve these answers." in read(reviewer, section.onboarding, "dns")
    judge(ruth, section, "approve_rest")

    assert "Ruth approved these answers already: 1 of 2 reviewers." in read(reviewer, section.onboarding, "dns")
    assert "2 reviewers must approve." in read(reviewer, section.onboarding)
    assert "Review DNS</a>" in read(reviewer, section.onboarding)
    assert "Review DNS</a>" not in read(ruth, section.onboarding)
    assert list(selectors.review_queue(reviewer)) == [section]
    assert list(selectors.review_queue(ruth)) == []


def test_approved_answers_are_opened_again_with_a_reason():
    section, reviewer = one_submitted(), people.engineer()
    judge(reviewer, section, "approve_rest")
    section.refresh_from_db()

    refused = reopen(reviewer, section, answers=["zone"], reason=" ")
    done = reopen(reviewer, section, answers=["zone"], reason="The zone is taken")

    assert refused.status_code == 422
    assert refused.content.decode().count("Enter what must change, and why") == 1
    assert done.status_code == 302
    section.refresh_from_db()
    assert (section.state, sorted(section.approved)) == (SectionState.CHANGES_REQUESTED, ["choice"])


def test_auditors_read_a_review_and_decide_nothing():
    section, auditor = one_submitted(), people.auditor()

    html = read(auditor, section.onboarding, "dns")

    assert "You can read this review" in read(auditor, section.onboarding)
    assert "You can read this review" in html
    assert "acme.internal" in html
    assert 'value="approve_rest"' not in html
    assert judge(auditor, section, "approve_rest").status_code == 403


def test_customers_do_not_see_the_review():
    section = one_submitted()
    contact = people.contact(section.customer)

    for args in (("review", [section.onboarding_id]), ("review_section", [section.onboarding_id, "dns"])):
        assert signed_in(contact).get(reverse(args[0], args=args[1])).status_code == 403
    assert judge(contact, section, "approve_rest").status_code == 403


# What a review asks for


def test_administrator_sets_what_a_review_asks_for():
    administrator = people.administrator()
    client, address = signed_in(administrator), reverse("review_policy", args=["dns"])

    refused = client.post(address, {"approvers": "0", "condition": ""})
    done = client.post(address, {"approvers": "1", "condition": "Route 53 only: nothing to decide."})

    assert refused.status_code == 422
    assert refused.content.decode().count("Approvers must be 1 to 5; this is 0.") == 2
    assert done["Location"] == reverse("review_policies")
    assert ReviewPolicy.objects.get().condition == "Route 53 only: nothing to decide."
    html = client.get(reverse("review_policies")).content.decode()
    assert "Route 53 only: nothing to decide." in html
    assert str(administrator) in html


def test_policy_page_names_what_is_unusual():
    html = signed_in(people.administrator()).get(reverse("review_policy", args=["dns"])).content.decode()

    assert "A reviewer asked for a change before" in html
