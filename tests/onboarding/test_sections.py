from copy import deepcopy
from typing import Any

import pytest
from django.http import QueryDict

from environments.catalogue.routers import ROUTERS
from environments.provisioning.routers import family
from environments.provisioning.specification import DataCentre
from onboarding.sections import SECTIONS, across, definition
from onboarding.sections.choices import Boolean, Choice, MultiChoice
from onboarding.sections.definition import Rows, SectionDefinition
from onboarding.sections.questions import Question
from portal.core.errors import FieldProblem, NotFound
from tests.factories.answers import ANSWERS, answers_for

BY_KEY = pytest.mark.parametrize("section", SECTIONS, ids=lambda section: section.key)


def _refused(key: str, answers: dict[str, Any]) -> dict[str, str]:
    return {problem.pointer: problem.message for problem in definition(key).clean(answers)[1]}


def _changed(key: str, **changes: Any) -> dict[str, Any]:
    return {**deepcopy(ANSWERS[key]), **changes}


def _environments(*changes: dict[str, Any]) -> dict[str, Any]:
    rows = deepcopy(ANSWERS["remote_access"]["environments"])
    return {"environments": [{**row, **change} for row, change in zip(rows, changes, strict=True)]}


def _all_questions(questions: tuple[Question, ...]) -> list[Question]:
    nested = [inner for question in questions if isinstance(question, Rows) for inner in question.questions]
    return [*questions, *nested]


def test_sections_come_in_the_agreed_order() -> None:
    assert [section.key for section in SECTIONS] == [
        "products",
        "remote_access",
        "dns",
        "smtp",
        "ntp",
        "data_centre",
        "monitoring",
        "operating_system",
        "backup",
        "logs",
        "users",
    ]


def test_unknown_section_is_not_found() -> None:
    with pytest.raises(NotFound):
        definition("coffee")


@BY_KEY
def test_sample_answers_are_sound_and_canonical(section: SectionDefinition) -> None:
    assert section.clean(ANSWERS[section.key]) == (ANSWERS[section.key], [])


@pytest.mark.parametrize("answers", [ANSWERS, answers_for(), answers_for(dns="own")], ids=["sample", "made", "own dns"])
def test_sample_answers_agree_with_each_other(answers: dict[str, dict[str, Any]]) -> None:
    sound = {section.key: section.sound(answers[section.key]) for section in SECTIONS}

    assert [across.problems(section.key, sound) for section in SECTIONS] == [[] for _ in SECTIONS]


@BY_KEY
def test_empty_section_names_every_required_question(section: SectionDefinition) -> None:
    answers, problems = section.clean({})

    asked = [question for question in section.questions if question.required and question.shown_when is None]
    assert answers == {}
    assert [problem.pointer for problem in problems] == [question.key for question in asked]
    assert {problem.code for problem in problems} == {"missing"}


@BY_KEY
def test_question_that_does_not_exist_is_refused(section: SectionDefinition) -> None:
    _, problems = section.clean({**ANSWERS[section.key], "colour": "blue"})

    assert [(problem.pointer, problem.code) for problem in problems] == [("colour", "unknown_field")]


@BY_KEY
@pytest.mark.parametrize("wrong", [[], "text", 1, None, True])
def test_answers_that_are_no_object_are_refused(section: SectionDefinition, wrong: Any) -> None:
    answers, problems = section.clean(wrong)

    assert answers == {}
    assert [problem.code for problem in problems] == ["wrong_type"]


@BY_KEY
def test_every_question_says_what_to_do_when_it_is_left_open(section: SectionDefinition) -> None:
    for question in _all_questions(section.questions):
        assert question.missing_message.split()[0] in {"Enter", "Select", "Add"}
        assert not {"please", "invalid", "sorry"} & set(question.missing_message.lower().split())


@BY_KEY
def test_every_question_says_why_it_is_asked_and_who_usually_knows(section: SectionDefinition) -> None:
    questions = list(_all_questions(section.questions))

    assert [question.key for question in questions if not (question.why and question.who)] == []
    assert all(question.schema()["x-help"]["who"] == question.who for question in questions)


IN_AWS = {"account_id", "region", "vpc_id", "cidr_blocks", "ipv6_blocks", "dr_region", "line_location", "vlan"}
"""The questions whose answer can be read off AWS."""


def test_what_can_be_read_off_aws_says_where_and_with_which_command() -> None:
    questions = [question for section in SECTIONS for question in _all_questions(section.questions)]
    found = {question.key for question in questions if question.where.startswith("AWS console")}

    assert found == IN_AWS
    assert {question.key for question in questions if question.command.startswith("aws ")} == IN_AWS


FREE = {
    "remote_access/name",
    "products/migration_decision",
    "monitoring/agreed_terms",
    "operating_system/patch_hour",
}
"""What is decided and stands nowhere yet: an environment's name, what both sides agreed, a quiet hour."""


def test_what_is_not_a_free_choice_says_where_it_stands_or_with_which_command_it_is_found() -> None:
    questions = {f"{section.key}/{one.key}": one for section in SECTIONS for one in _all_questions(section.questions)}
    decided = {key for key, one in questions.items() if isinstance(one, Choice | MultiChoice | Boolean | Rows)}
    unsaid = {key for key, one in questions.items() if not (one.where or one.command)}

    assert unsaid - decided == FREE
    assert unsaid & _READ_OFF == set()


_READ_OFF = {"data_centre/routing", "smtp/encryption", "logs/protocol"}
"""Choices that a system of the customer's made already."""


def test_a_command_tells_of_the_vpc_that_is_asked_about_in_its_region() -> None:
    asked = {question.key: question.command for question in _all_questions(definition("remote_access").questions)}

    assert {key for key, command in asked.items() if "--vpc-ids vpc-" in command} == {
        "region",
        "cidr_blocks",
        "ipv6_blocks",
    }
    assert {key for key, command in asked.items() if "--region " in command} == {
        "region",
        "vpc_id",
        "cidr_blocks",
        "ipv6_blocks",
    }


@BY_KEY
def test_every_choice_card_has_its_consequence(section: SectionDefinition) -> None:
    cards = [q for q in _all_questions(section.questions) if isinstance(q, Choice) and not q.dropdown]

    assert [option.value for card in cards for option in card.options if not option.consequence] == []


@BY_KEY
def test_condition_names_an_earlier_question(section: SectionDefinition) -> None:
    for position, question in enumerate(section.questions):
        if question.shown_when:
            assert question.shown_when.key in {earlier.key for earlier in section.questions[:position]}


def test_items_of_a_list_are_numbered_as_they_were_given() -> None:
    given = ["", "10.30.0.53", " ", "dns.acme.example", "10.30.0.53"]

    answers, problems = definition("dns").clean({"choice": "own", "zone": "acme.internal", "servers": given})

    assert answers["servers"] == ["10.30.0.53", "dns.acme.example", "10.30.0.53"]
    assert [problem.pointer for problem in problems] == ["servers/3", "servers/4"]


@BY_KEY
def test_schema_describes_every_question_and_nothing_else(section: SectionDefinition) -> None:
    schema = section.schema()

    assert schema["additionalProperties"] is False
    assert list(schema["properties"]) == [*(question.key for question in section.questions), "unknown"]


@pytest.mark.parametrize(
    ("key", "answers", "pointer"),
    [
        ("smtp", {"port": "587"}, "port"),
        ("smtp", {"port": 587.0}, "port"),
        ("smtp", {"port": True}, "port"),
        ("smtp", {"host": 5}, "host"),
        ("smtp", {"host": "a\x00b"}, "host"),
        ("smtp", {"host": "\ud800"}, "host"),
        ("smtp", {"choice": ["own"]}, "choice"),
        ("smtp", {"password": 5}, "password"),
        ("smtp", {"password": {"secret": "sec_1"}}, "password"),
        ("logs", {"forward": "true"}, "forward"),
        ("logs", {"forward": 1}, "forward"),
        ("ntp", {"servers": "ntp1.acme.example"}, "servers"),
        ("ntp", {"servers": [1]}, "servers"),
        ("operating_system", {"systems": "ubuntu"}, "systems"),
        ("users", {"people": {"name": "Ada"}}, "people"),
        ("users", {"people": ["Ada"]}, "people"),
    ],
)
def test_wrong_type_is_refused_and_not_coerced(key: str, answers: dict[str, Any], pointer: str) -> None:
    cleaned, problems = definition(key).clean(answers)

    assert [problem.pointer for problem in problems if problem.code == "wrong_type"] == [pointer]
    assert pointer not in cleaned


_NEW = {"account_id": "", "vpc": "provider"}
_WISH = {"account_wish": True, "root_email": "aws@acme.example"}


@pytest.mark.parametrize(
    ("key", "answers", "pointer", "words"),
    [
        ("products", {"products": [{"product": "api-manager", "version": "7.1.0", "pattern": "ha"}]},
         "products/0/version", "API Manager 7.1.0 is not offered. Select one of 4.5.0"),
        ("products", {"products": [ANSWERS["products"]["products"][0]] * 2}, "products/1/product", "given twice"),
        ("products", {"products": [{"product": "coffee", "version": "4.5.0", "pattern": "ha"}]},
         "products/0/product", "“coffee” is not in the list"),
        ("products", _changed("products", migration_decision=""), "migration_decision", "Enter what moves"),
        ("remote_access", _environments({"kind": "staging"}, {}), "environments", "One environment must be production"),
        ("remote_access", _environments({}, {"vpc_id": "vpc-0a1b2c3d4e5f60001"}),
         "environments/1/vpc_id", "Production and non-production must be different VPCs"),
        ("remote_access", _environments({"kind": "production"}, {"kind": "production", "vpc_id": "vpc-0a1b2c3d4e5f60001"}),
         "environments/1/vpc_id", "Every environment has its own VPC"),
        ("remote_access", _environments({"vpc_id": "vpc-0a1b2c3d4e5f60718"}, {}),
         "environments/0/vpc_id", "a VPC cannot peer with itself"),
        ("remote_access", _environments({}, {"name": "production"}), "environments/1/name", "Two environments are called"),
        ("remote_access", _environments({}, {"vpc": "provider", "cidr_blocks": ["10.21.0.0/23"]}),
         "environments/1/cidr_blocks/0", "The block of a new VPC is /16 to /22"),
        ("remote_access", _environments({}, {"vpc": "provider", "cidr_blocks": ["10.21.0.0/20", "10.22.0.0/20"]}),
         "environments/1/cidr_blocks", "A new VPC gets one block"),
        ("remote_access", _environments({}, {"vpc": "existing", "vpc_id": ""}),
         "environments/1/vpc_id", "Enter the VPC ID"),
        ("remote_access", _environments({"region": "eu-west-9"}, {}),
         "environments/0/region", "“eu-west-9” is not in the list. Select the Region of this VPC"),
        ("remote_access", _environments({"account_id": ""}, {}), "environments/0/account_id", "Enter the AWS account ID"),
        ("remote_access", _environments({"cidr_blocks": ["10.20.0.0/16"] * 2}, {}),
         "environments/0/cidr_blocks/1", "10.20.0.0/16 is given twice"),
        ("remote_access", {**_environments(_NEW, _NEW), "account_wish": True}, "root_email", "Enter the e-mail address"),
        ("remote_access", {**_environments(_NEW, {"account_id": ""}), **_WISH},
         "environments/1/vpc", "Select that the provider makes the VPC"),
        ("dns", {"choice": "own", "zone": "acme.internal"}, "servers", "Enter the address of at least one DNS server"),
        ("smtp", _changed("smtp", encryption="tls"), "encryption", "Select STARTTLS, or use port 465"),
        ("smtp", _changed("smtp", port=465), "encryption", "Select TLS, or use port 587"),
        ("smtp", _changed("smtp", port=25), "port", "Port 25 is throttled from AWS"),
        ("smtp", {"choice": "ses", "sender_domain": "acme.example", "sender": "alerts@other.example"},
         "sender", "alerts@other.example is not in acme.example"),
        ("ntp", {"choice": "own", "servers": [f"10.0.0.{n}" for n in range(1, 6)]}, "servers", "this is 5"),
        ("data_centre", _changed("data_centre", routing="bgp"), "bgp_asn", "Enter a BGP ASN, or choose static routing"),
        ("data_centre", _changed("data_centre", prefixes=[]), "prefixes", "Enter at least one prefix"),
        ("data_centre", _changed("data_centre", gateway_ip="10.4.0.1"), "gateway_ip", "10.4.0.1 is a private address"),
        ("monitoring", _changed("monitoring", internet_reachable=False), "http_proxy", "Enter the address of your HTTP"),
        ("operating_system", _changed("operating_system", patch_hour=24), "patch_hour", "must be 0 to 23; this is 24"),
        ("operating_system", _changed("operating_system", systems=["windows"]), "systems", "Use one of: ubuntu, red_hat"),
        ("backup", _changed("backup", dr_region=""), "dr_region", "Select the Region for disaster recovery"),
        ("logs", _changed("logs", port=None), "port", "Enter the port of your log collector"),
        ("users", {"people": [{"name": "D", "email": "d@acme.example", "access": "developer"}]},
         "people", "One person must be administrator"),
        ("users", {"people": [ANSWERS["users"]["people"][0]] * 2}, "people/1/email", "is given twice"),
    ],
)  # fmt: skip
def test_unsound_answer_is_named(key: str, answers: dict[str, Any], pointer: str, words: str) -> None:
    problems = _refused(key, answers)

    assert list(problems) == [pointer]
    assert words in problems[pointer]


def test_unsound_answer_stays_in_the_draft_as_it_was_typed() -> None:
    answers, problems = definition("remote_access").clean({"environments": [{"vpc_id": " vpc-nonsense "}]})

    assert answers == {"environments": [{"vpc_id": "vpc-nonsense"}]}
    assert "environments/0/vpc_id" in {problem.pointer for problem in problems}


def test_hidden_answers_are_kept_and_neither_judged_nor_passed_on() -> None:
    section = definition("smtp")
    given = {**ANSWERS["smtp"], "choice": "ses", "sender_domain": "acme.example", "port": 25}

    answers, problems = section.clean(given)

    assert problems == []
    assert answers == given
    assert section.sound(answers) == {"choice": "ses", "sender_domain": "acme.example", "sender": "alerts@acme.example"}
    assert section.visible(answers) == section.sound(answers)


def test_question_below_a_hidden_question_is_hidden() -> None:
    answers, problems = definition("data_centre").clean({"choice": "none", "routing": "bgp"})

    assert problems == []
    assert definition("data_centre").visible(answers) == {"choice": "none"}


@pytest.mark.parametrize(
    ("key", "change", "pointer"),
    [
        ("backup", {"backup": {**ANSWERS["backup"], "dr_region": "eu-west-1"}}, "dr_region"),
        ("data_centre", {"data_centre": _changed("data_centre", prefixes=["10.20.4.0/24"])}, "prefixes/0"),
        (
            "data_centre",
            {"data_centre": {**_changed("data_centre"), "routing": "bgp", "bgp_asn": 9059}},
            "bgp_asn",
        ),
        (
            "monitoring",
            {"products": {"products": [{"product": "api-manager", "version": "4.5.0", "pattern": "single"}]}},
            "availability_target",
        ),
    ],
)
def test_answer_at_odds_with_another_section_is_named(key: str, change: dict[str, Any], pointer: str) -> None:
    answers = {**ANSWERS, **change}
    sound = {section.key: section.sound(answers[section.key]) for section in SECTIONS}

    assert [problem.pointer for problem in across.problems(key, sound)] == [pointer]


def test_form_says_the_same_as_json() -> None:
    data = QueryDict(mutable=True)
    for index, row in enumerate(ANSWERS["remote_access"]["environments"]):
        for name, value in row.items():
            data[f"environments-{index}-{name}"] = "\r\n".join(value) if isinstance(value, list) else value
    data["environments-7-name"] = ""
    data["account_wish"] = "false"

    raw = definition("remote_access").parse_form(data)

    assert definition("remote_access").clean(raw) == (ANSWERS["remote_access"], [])


def test_form_numbers_choices_and_lists_become_their_types() -> None:
    systems = QueryDict("systems=ubuntu&systems=red_hat&patch_day=sunday&patch_hour=+2+")
    servers = QueryDict("choice=own&servers=ntp1.acme.example&servers=ntp2.acme.example%0D%0A%0D%0Antp3.acme.example")

    assert definition("operating_system").clean(definition("operating_system").parse_form(systems)) == (
        {"systems": ["ubuntu", "red_hat"], "patch_day": "sunday", "patch_hour": 2},
        [],
    )
    assert definition("ntp").parse_form(servers) == ANSWERS["ntp"]


def test_form_text_in_a_number_field_is_told_how_to_write_it() -> None:
    raw = definition("smtp").parse_form(QueryDict("choice=own&port=smtp"))

    problems = definition("smtp").clean(raw)[1]

    assert FieldProblem("port", "Port must be a whole number, such as 587", "wrong_type") in problems


def test_check_page_shows_words_and_what_is_missing() -> None:
    summary = definition("ntp").summarise({"choice": "own"})

    assert summary == [("Time service", "Our own time servers"), ("Time servers", "Not answered yet")]
    assert [entry.missing for entry in definition("ntp").entries({"choice": "own"})] == [False, True]


def test_check_page_masks_a_secret() -> None:
    answers = {**ANSWERS["smtp"], "password": {"secret": "sec_1", "set_at": "2026-03-12T10:00:00+00:00", "ends": "3f"}}

    assert ("Password", "Stored 2026-03-12, ends ••••3f") in definition("smtp").summarise(answers)
    assert definition("smtp").secrets == ("password",)


def test_new_vpc_needs_no_id_and_keeps_none() -> None:
    answers = _environments({}, {"vpc": "provider", "vpc_id": "vpc-nonsense"})
    section = definition("remote_access")

    assert section.clean(answers)[1] == []
    assert "vpc_id" not in section.sound(answers)["environments"][1]


def test_answers_from_before_the_vpc_could_be_made_are_still_sound() -> None:
    answers = _environments({}, {})
    section = definition("remote_access")

    assert all("vpc" not in row for row in answers["environments"])
    assert section.clean(answers)[1] == []
    assert "VPC ID" in {label.rpartition(": ")[2] for label, _ in section.summarise(answers)}


def test_account_id_is_not_asked_where_the_provider_opens_the_account() -> None:
    answers = {**_environments({"vpc": "provider"}, {"vpc": "provider"}), **_WISH}
    section = definition("remote_access")
    stored, problems = section.clean(answers)
    assert not problems
    assert stored["environments"][0]["account_id"] == "222222222222", "kept, should they think better of it"
    assert not any("account_id" in row for row in section.sound(answers)["environments"])
    assert not any("account_id" in row for row in section.visible(answers)["environments"])
    assert not any("AWS account ID" in entry.label for entry in section.entries(answers))


def test_routers_are_offered_by_the_names_that_aws_gives_them() -> None:
    section = definition("data_centre")
    vendor, model = section.question("router_vendor"), section.question("router_model")

    assert "Fortinet" in vendor.schema()["examples"]
    assert ("SRX Routers", "Juniper Networks, Inc.") in [(one.value, one.label) for one in model.suggestions]  # type: ignore[attr-defined]
    assert vendor.clean(" FORTINET ", "router_vendor").sound == "Fortinet"
    assert vendor.clean("Homemade GmbH", "router_vendor").sound == "Homemade GmbH"
    assert len({(router.vendor, router.model, router.software) for router in ROUTERS}) == len(ROUTERS)


@pytest.mark.parametrize(
    ("vendor", "name"),
    [
        ("Fortinet", "Fortinet FortiOS"),
        ("pfSense", "pfSense"),
        ("Strongswan", "strongSwan"),
        ("Yamaha", "Any router"),
    ],
)
def test_each_listed_router_gets_the_configuration_of_its_family(vendor: str, name: str) -> None:
    routers = [router for router in ROUTERS if router.vendor == vendor]

    given = [
        DataCentre(router_vendor=router.vendor, router_model=router.model, router_software=router.software)
        for router in routers
    ]

    assert {family(one).name for one in given} == {name}
