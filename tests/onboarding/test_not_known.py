"""“I do not know yet”: kept, owed and cleared by answering, the same on the page and in the API."""

from typing import Any

import pytest
from django.urls import reverse

from onboarding import selectors, turns
from onboarding.differences import differences
from onboarding.sections import SECTIONS, definition, not_known
from onboarding.sections.definition import Rows, SectionDefinition, group_schema
from onboarding.sections.questions import Question
from onboarding.views import disputes
from tests.api.caller import Caller
from tests.factories import onboardings, people
from tests.onboarding.test_pages_sections import Page

BY_KEY = pytest.mark.parametrize("section", SECTIONS, ids=lambda section: section.key)


def codes(section: SectionDefinition, answers: dict[str, Any]) -> set[tuple[str, str]]:
    return {(problem.pointer, problem.code) for problem in section.clean(answers)[1]}


def groups(questions: tuple[Question, ...]) -> list[tuple[Question, ...]]:
    inner = [question.questions for question in questions if isinstance(question, Rows)]
    return [questions, *inner]


@BY_KEY
def test_no_question_has_the_name_of_the_list(section: SectionDefinition):
    keys = {question.key for group in groups(section.questions) for question in group}

    assert not_known.KEY not in keys


@BY_KEY
def test_what_is_listed_is_owed_instead_of_missing(section: SectionDefinition):
    asked = {problem.pointer for problem in section.clean({})[1] if problem.code == "missing"}

    answers, problems = section.clean({"unknown": sorted(asked)})

    assert {(problem.pointer, problem.code) for problem in problems} == {(key, "to_find_out") for key in asked}
    assert set(answers["unknown"]) == asked


def test_the_sentence_says_whom_to_ask():
    section = definition("remote_access")

    _, problems = section.clean({"environments": [{"unknown": ["account_id"]}]})

    said = {problem.pointer: problem.message for problem in problems}
    assert said["environments/0/account_id"] == "Find out: AWS account ID. Ask whoever administers your AWS account."


@pytest.mark.parametrize(
    ("answers", "stored"),
    [
        ({"choice": "own", "unknown": ["zone"]}, {"choice": "own", "unknown": ["zone"]}),
        ({"choice": "own", "zone": "acme.internal", "unknown": ["zone"]}, {"choice": "own", "zone": "acme.internal"}),
        ({"zone": "not a zone", "unknown": ["zone", "choice"]}, {"zone": "not a zone", "unknown": ["choice"]}),
        ({"unknown": ["zone", "choice", "zone"]}, {"unknown": ["choice", "zone"]}),
        ({"unknown": []}, {}),
        ({"unknown": None}, {}),
    ],
)
def test_an_answer_takes_its_question_off_the_list(answers: dict[str, Any], stored: dict[str, Any]):
    assert definition("dns").clean(answers)[0] == stored


@pytest.mark.parametrize(
    ("key", "answers", "problem"),
    [
        ("dns", {"unknown": "zone"}, ("unknown", "wrong_type")),
        ("dns", {"unknown": {"zone": True}}, ("unknown", "wrong_type")),
        ("dns", {"unknown": [1]}, ("unknown", "wrong_type")),
        ("dns", {"unknown": ["colour"]}, ("unknown", "unknown_field")),
        ("monitoring", {"unknown": ["alert_phones"]}, ("unknown", "unknown_field")),
        ("remote_access", {"environments": [{"unknown": ["zone"]}]}, ("environments/0/unknown", "unknown_field")),
    ],
)
def test_the_list_holds_required_questions_of_its_group_only(
    key: str, answers: dict[str, Any], problem: tuple[str, str]
):
    assert problem in codes(definition(key), answers)


def test_a_question_that_is_not_asked_is_not_owed():
    answers = {"choice": "route53", "zone": "acme.internal", "unknown": ["servers"]}

    assert definition("dns").clean(answers) == (answers, [])


@BY_KEY
def test_the_schema_names_what_can_be_listed(section: SectionDefinition):
    required = [question.key for question in section.questions if question.required]

    assert group_schema(section.questions)["properties"]["unknown"]["items"]["enum"] == required


def test_both_versions_differ_when_only_one_says_that_it_is_not_known():
    section = definition("dns")
    mine, theirs = {"choice": "own", "unknown": ["zone"]}, {"choice": "own"}

    [line] = differences(section, theirs, mine)
    [dispute] = disputes.disputes(section, theirs, mine, disputes.fingerprints(section, theirs))

    assert (line.old, line.new) == ("Not answered yet", "To find out: ask your DNS administrator")
    assert (dispute.choice, dispute.keep) == ("keep-zone", "mine")


@pytest.mark.django_db
class TestPages:
    def test_a_tick_is_kept_and_lets_the_person_go_on(self):
        page = Page(onboardings.onboarding(), "dns")

        response = page.send(choice="own", unknown=["zone", "servers"])

        assert response["Location"] == reverse("section", args=[page.onboarding.pk, "data_centre"])
        assert page.stored().answers == {"choice": "own", "unknown": ["zone", "servers"]}
        html = page.read()
        assert html.count('name="unknown"') == 2
        assert 'name="unknown" value="zone" checked' in html

    def test_a_tick_in_a_row_makes_the_row_and_is_offered_in_the_row_that_a_script_adds(self):
        page = Page(onboardings.onboarding(), "remote_access")

        page.send("later", **{"environments-0-unknown": ["account_id", "vpc_id"]})

        assert page.stored().answers == {"environments": [{"unknown": ["account_id", "vpc_id"]}]}
        html = page.read()
        assert 'name="environments-0-unknown" value="vpc_id" checked' in html
        assert 'name="environments-__index__-unknown" value="vpc_id"' in html

    def test_answering_clears_it_though_the_box_is_still_ticked(self):
        page = Page(onboardings.onboarding(), "dns")
        page.send("later", choice="route53", unknown=["zone"])

        page.send("later", choice="route53", zone="acme.internal", unknown=["zone"])

        assert page.stored().answers == {"choice": "route53", "zone": "acme.internal"}
        assert 'name="unknown"' not in page.read().split('value="acme.internal"')[1].split("</div>")[0]

    def test_other_problems_still_stop_and_the_owed_one_is_named_among_them(self):
        page = Page(onboardings.onboarding(), "dns")

        response = page.send(choice="own", unknown=["zone"])

        assert response.status_code == 422
        html = response.content.decode()
        assert "Find out: zone name." in html
        assert "Enter the address of at least one DNS server" in html

    def test_it_blocks_submitting(self):
        page = Page(onboardings.onboarding(), "dns")

        response = page.send("submit", choice="route53", unknown=["zone"])

        assert response.status_code == 422
        assert page.stored().state == "draft"

    def test_the_check_page_links_to_what_is_owed(self):
        page = Page(onboardings.onboarding(), "dns")
        page.send("later", choice="route53", unknown=["zone"])

        html = page.client.get(reverse("check_answers", args=[page.onboarding.pk])).content.decode()

        assert f'href="{page.address}#field-zone">To find out: ask your DNS administrator' in html
        assert "1 to find out" in html

    def test_keeping_mine_in_a_conflict_keeps_what_i_do_not_know(self):
        page = Page(onboardings.onboarding(), "dns")
        page.send("later", choice="route53")
        conflict = page.send("later", revision=0, choice="route53", unknown=["zone"])

        page.send("resolve", mine=conflict.context["mine"], base=conflict.context["base"], **{"keep-zone": "mine"})

        assert conflict.status_code == 412
        assert page.stored().answers == {"choice": "route53", "unknown": ["zone"]}


@pytest.mark.django_db
class TestServices:
    def test_an_answer_that_comes_sealed_clears_it_too(self):
        onboarding = onboardings.onboarding()
        author = people.contact(onboarding.customer)
        onboardings.answer(onboarding, "smtp", {"choice": "own", "unknown": ["password"]}, author)

        saved = onboardings.answer(
            onboarding, "smtp", {"choice": "own", "password": "mail-Password-73f", "unknown": ["password"]}, author
        )
        again = onboardings.answer(onboarding, "smtp", {"choice": "own", "unknown": ["password"]}, author)

        assert "unknown" not in saved.answers
        assert "unknown" not in again.answers

    def test_what_is_not_asked_now_stays_listed(self):
        onboarding = onboardings.onboarding()
        author = people.contact(onboarding.customer)
        onboardings.answer(onboarding, "dns", {"choice": "own", "unknown": ["servers"]}, author)

        saved = onboardings.answer(onboarding, "dns", {"choice": "route53"}, author)

        assert saved.answers == {"choice": "route53", "unknown": ["servers"]}

    def test_saving_the_same_again_changes_nothing_whichever_of_them_is_asked(self):
        onboarding = onboardings.onboarding()
        author = people.contact(onboarding.customer)
        saved = onboardings.answer(onboarding, "ntp", {"unknown": ["choice", "servers"]}, author)

        again = onboardings.answer(onboarding, "ntp", saved.answers, author)

        assert (again.revision, again.answers) == (saved.revision, {"unknown": ["choice", "servers"]})

    def test_the_home_says_how_many_and_whom_to_ask(self):
        onboarding = onboardings.onboarding()
        author = people.contact(onboarding.customer)
        onboardings.answer(onboarding, "ntp", {"choice": "own", "unknown": ["servers"]}, author)
        onboardings.answer(
            onboarding,
            "remote_access",
            {"environments": [{"unknown": ["vpc_id", "cidr_blocks", "account_id"]}]},
            author,
        )
        found = selectors.onboarding(author, onboarding.pk)

        owed = [turn for turn in turns.of(found).customer if turn.label.startswith("To find out")]

        assert [(turn.label, turn.detail) for turn in owed] == [
            ("To find out: 1, ask whoever administers your AWS account", "Environment 1: AWS account ID"),
            (
                "To find out: 3, ask your network team",
                "Environment 1: VPC ID, Environment 1: CIDR blocks of this VPC, Time servers",
            ),
        ]

    def test_the_next_act_is_to_find_out_what_is_owed_once_the_rest_is_answered(self):
        onboarding = onboardings.answered(onboardings.onboarding())
        author = people.contact(onboarding.customer)
        onboardings.answer(onboarding, "dns", {"choice": "route53", "unknown": ["zone"]}, author)

        following = selectors.next_for(author, selectors.onboarding(author, onboarding.pk))

        assert following == selectors.NextAct("Find out 1 answer", "section", (onboarding.pk, "dns"))


@pytest.mark.django_db
def test_the_api_names_what_is_owed_and_lists_it_by_onboarding():
    onboarding = onboardings.onboarding()
    caller = Caller(people.contact(onboarding.customer))
    section = onboardings.section(onboarding, "dns")

    saved = caller.patch(
        f"/sections/{section.pk}", {"answers": {"choice": "own", "unknown": ["zone", "servers"]}}, If_Match='"r0"'
    )
    listed = caller.get(f"/onboardings/{onboarding.pk}").data["to_find_out"]

    assert saved.data["answers"] == {"choice": "own", "unknown": ["zone", "servers"]}
    assert [problem["code"] for problem in saved.data["problems"]] == ["to_find_out", "to_find_out"]
    assert [(row["pointer"], row["label"], row["who"]) for row in listed] == [
        ("/answers/zone", "Zone name", "Your DNS administrator"),
        ("/answers/servers", "Addresses of your DNS servers", "Your DNS administrator"),
    ]
    assert {row["section"]["id"] for row in listed} == {section.pk}


def test_a_question_that_is_only_asked_now_is_no_difference_but_one_to_find_out_is():
    section = definition("dns")

    asked = differences(section, {"choice": "route53"}, {"choice": "own"})
    owed = differences(section, {"choice": "route53"}, {"choice": "own", "unknown": ["servers"]})

    assert [line.pointer for line in asked] == ["choice"]
    assert [line.pointer for line in owed] == ["choice", "servers"]
