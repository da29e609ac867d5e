"""The intake as one file: nothing lost on the way out and back, a look before anything changes, all of it or nothing."""

from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from onboarding import selectors
from onboarding.files import JSON, YAML
from onboarding.files.reading import read
from onboarding.models import Onboarding
from onboarding.sections import SECTIONS
from onboarding.services import intake_files, reviews, sections
from onboarding.services.bringing_in import Outcome
from onboarding.services.onboardings import cancel
from portal.accounts.models import User
from portal.audit.models import AuditEvent
from portal.core.errors import Conflict, Forbidden, Invalid, Stale
from tests.api.caller import Caller
from tests.factories import onboardings, people
from tests.onboarding.test_sections_properties import _near

pytestmark = pytest.mark.django_db


def fresh() -> tuple[Onboarding, User]:
    onboarding = onboardings.onboarding()
    return onboarding, people.contact(onboarding.customer)


def written(onboarding: Onboarding, user: User, format: str = YAML) -> str:
    return intake_files.write(selectors.onboarding(user, onboarding.pk), format)


def stored(onboarding: Onboarding) -> dict[str, tuple[str, int, Any]]:
    return {row.key: (row.state, row.revision, row.answers) for row in onboarding.sections.all()}


def bring_in(onboarding: Onboarding, text: str, by: User, **options: Any) -> intake_files.Report:
    """Look first, then do what was seen."""
    seen = intake_files.preview(onboarding, text, by=by, **options)
    return intake_files.apply(onboarding, text, revisions=seen.revisions, by=by, **options)


@pytest.mark.parametrize("format", [YAML, JSON])
def test_what_is_written_and_brought_in_again_changes_nothing(format: str):
    onboarding, author = fresh()
    onboardings.answered(onboarding, author)
    onboardings.answer(onboarding, "dns", {"choice": "own", "zone": "not a zone", "unknown": ["servers"]}, author)
    before = stored(onboarding)

    report = bring_in(onboarding, written(onboarding, author, format), author)

    assert {section.outcome for section in report.sections} == {Outcome.SAME}
    assert (report.refused, report.notes) == ([], [])
    assert stored(onboarding) == before


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_any_draft_survives_the_way_out_and_back(data: st.DataObject):
    onboarding, author = fresh()
    section = data.draw(st.sampled_from(SECTIONS))
    answers, _ = section.clean(data.draw(_near(section.questions)))
    onboardings.answer(onboarding, section.key, answers, author)
    before = stored(onboarding)

    for format in (YAML, JSON):
        report = bring_in(onboarding, written(onboarding, author, format), author)
        assert report.changed == []
    assert stored(onboarding) == before


def test_a_file_fills_an_empty_onboarding_with_drafts():
    other, colleague = fresh()
    onboardings.answered(other, colleague)
    onboarding, author = fresh()

    report = bring_in(onboarding, written(other, colleague), author)

    assert [section.key for section in report.changed] == [section.key for section in SECTIONS]
    theirs, mine = stored(other), stored(onboarding)
    assert {key: answers for key, (_, _, answers) in mine.items() if key != "smtp"} == {
        key: answers for key, (_, _, answers) in theirs.items() if key != "smtp"
    }
    assert "password" not in mine["smtp"][2]
    assert {state for state, _, _ in mine.values()} == {"draft"}


@pytest.mark.parametrize("format", [YAML, JSON])
def test_a_secret_is_left_out_and_marked(format: str):
    onboarding, author = fresh()
    onboardings.answered(onboarding, author)

    text = written(onboarding, author, format)

    reference = onboardings.section(onboarding, "smtp").answers["password"]
    assert read(text).value["answers"]["smtp"]["password"] == {"stored": reference["set_at"][:10]}
    assert "mail-Password-73f" not in text
    assert reference["secret"] not in text


def test_the_yaml_says_what_is_still_open():
    onboarding, author = fresh()
    onboardings.answer(onboarding, "dns", {"choice": "own"}, author)

    text = written(onboarding, author)

    assert "  data_centre: {}\n    # choice: Connection\n" in text
    assert "    # servers: Addresses of your DNS servers\n" in text
    assert "    # domain: Public domain of your products (optional)\n" in text


class TestPreview:
    def test_it_says_old_and_new_and_changes_nothing(self):
        onboarding, author = fresh()
        onboardings.answer(onboarding, "dns", {"choice": "own", "zone": "acme.internal"}, author)
        before, events = stored(onboarding), AuditEvent.objects.count()

        report = intake_files.preview(
            onboarding, "answers:\n  dns:\n    choice: route53\n    zone: acme.internal\n", by=author
        )

        [section] = report.sections
        assert (section.outcome, section.revision) == (Outcome.CHANGED, 1)
        assert ("DNS service", "Our own DNS server", "Amazon Route 53") in [
            (line.label, line.old, line.new) for line in section.differences
        ]
        assert (stored(onboarding), AuditEvent.objects.count()) == (before, events)

    def test_it_judges_the_file_as_a_whole_also_across_sections(self):
        onboarding, author = fresh()
        text = (
            "answers:\n  remote_access:\n    environments:\n      - {kind: production, region: eu-west-1}\n"
            "  backup:\n    disaster_recovery: true\n    dr_region: eu-west-1\n"
        )

        report = intake_files.preview(onboarding, text, by=author)

        assert [(remark.line, remark.code) for remark in report.remarks if remark.pointer.endswith("dr_region")] == [
            (7, "same_region")
        ]
        assert report.applicable

    @pytest.mark.parametrize(
        ("text", "line", "code", "words"),
        [
            ("answers: [\n", 2, "unreadable", "not YAML"),
            ("dns: {}\n", None, "wrong_type", "must hold “answers:”"),
            ("- a\n", None, "wrong_type", "must hold “answers:”"),
            ("answers: {}\nanswer: 1\n", 2, "unknown_field", "Did you mean “answers”?"),
            ("answers:\n  ntp: {}\n  smpt: {}\n", 3, "unknown_field", "Did you mean “smtp”?"),
            ("format: other/2\nanswers: {}\n", 1, "unknown_format", "onboarding-intake/1"),
            ("answers:\n  dns:\n    zone: acme.internal\n    colour: red\n", 4, "unknown_field", "“colour”"),
            ("answers:\n  dns: [1]\n", 2, "wrong_type", "must be an object"),
            ("answers:\n  logs:\n    port: high\n", 3, "wrong_type", "whole number"),
            ("answers:\n  monitoring:\n    availability_target: 99.9\n", 3, "wrong_type", "Put it in quotes."),
            ("answers:\n  monitoring:\n    alert_phones: [442079460958]\n", 3, "wrong_type", "Put it in quotes."),
            ("answers:\n  dns:\n    unknown: [colour]\n", 3, "unknown_field", "“colour”"),
            ("answers:\n  smtp:\n    choice: own\n    password: hunter2-hunter2\n", 4, "secret_in_file", "password"),
        ],
    )
    def test_what_cannot_be_saved_is_named_with_its_line(self, text: str, line: int | None, code: str, words: str):
        onboarding, author = fresh()

        report = intake_files.preview(onboarding, text, by=author)

        assert [(remark.line, remark.code) for remark in report.refused] == [(line, code)]
        assert words in report.refused[0].message
        assert not report.applicable

    def test_an_item_below_an_empty_one_is_named_with_its_own_line(self):
        onboarding, author = fresh()
        text = "answers:\n  dns:\n    choice: own\n    servers:\n      - ''\n      - 10.30.0.53\n      - dns.acme.example\n"

        report = intake_files.preview(onboarding, text, by=author)

        assert [(remark.line, remark.pointer) for remark in report.remarks] == [(7, "answers/dns/servers/2")]

    def test_what_changed_here_since_the_file_was_written_is_said(self):
        onboarding, author = fresh()
        onboardings.answer(onboarding, "ntp", {"choice": "amazon"}, author)
        text = written(onboarding, author)
        onboardings.answer(onboarding, "ntp", {"choice": "own", "servers": ["ntp1.acme.example"]}, author)

        report = intake_files.preview(onboarding, text, by=author)

        assert report.notes == ["Changed here since the file was written: NTP. The file would undo that."]

    def test_a_file_of_another_onboarding_is_named_as_such(self):
        onboarding, author = fresh()

        report = intake_files.preview(onboarding, "onboarding: ONB-1999-0001\nanswers: {}\n", by=author)

        assert report.notes == [f"This file was written for ONB-1999-0001, and this is {onboarding.reference}."]


class TestApply:
    def test_one_line_that_cannot_be_saved_keeps_everything_as_it_is(self):
        onboarding, author = fresh()
        text = "answers:\n  ntp:\n    choice: amazon\n  logs:\n    forward: maybe\n"

        with pytest.raises(Invalid) as refused:
            bring_in(onboarding, text, author)

        assert [(problem.pointer, problem.message) for problem in refused.value.problems] == [
            ("file", "Line 5: Logs: Forward logs to your own tools must be yes or no (true or false)")
        ]
        assert {state for state, _, _ in stored(onboarding).values()} == {"empty"}

    def test_sections_that_are_left_out_stay(self):
        onboarding, author = fresh()
        onboardings.answered(onboarding, author)
        before = stored(onboarding)

        report = bring_in(onboarding, "answers:\n  ntp: {choice: amazon}\n", author)

        after = stored(onboarding)
        assert [section.key for section in report.changed] == ["ntp"]
        assert after.pop("ntp")[2]["choice"] == "amazon"
        assert after == {key: row for key, row in before.items() if key != "ntp"}

    def test_somebody_who_was_faster_is_not_overwritten(self):
        onboarding, author = fresh()
        text = "answers:\n  ntp: {choice: amazon}\n  operating_system: {patch_hour: 3}\n"
        seen = intake_files.preview(onboarding, text, by=author)
        onboardings.answer(onboarding, "operating_system", {"patch_hour": 4}, author)

        with pytest.raises(Stale) as stale:
            intake_files.apply(onboarding, text, revisions=seen.revisions, by=author)

        assert stale.value.message.startswith("Operating system: ")
        assert stored(onboarding)["ntp"][0] == "empty"

    def test_a_revision_that_was_not_seen_is_asked_for(self):
        onboarding, author = fresh()

        with pytest.raises(Invalid) as refused:
            intake_files.apply(onboarding, "answers:\n  ntp: {choice: amazon}\n", revisions={}, by=author)

        assert [problem.pointer for problem in refused.value.problems] == ["revisions/ntp"]

    def test_submitted_sections_stay_unless_they_shall_be_withdrawn(self):
        onboarding, author = fresh()
        onboardings.submitted(onboarding, author)
        text = "answers:\n  ntp: {choice: amazon}\n"

        left = bring_in(onboarding, text, author)
        kept = stored(onboarding)["ntp"][0]
        withdrawn = bring_in(onboarding, text, author, withdraw=True)

        assert (left.sections[0].outcome, kept) == (Outcome.LEFT, "submitted")
        assert left.sections[0].note == "It is submitted and stays as it is. Withdraw it to change it."
        assert withdrawn.sections[0].outcome == Outcome.CHANGED
        state, _, answers = stored(onboarding)["ntp"]
        assert (state, answers["choice"]) == ("draft", "amazon")

    def test_approved_sections_stay_whatever_is_wished(self):
        onboarding, author = fresh()
        onboardings.submitted(onboarding, author)
        section = onboardings.section(onboarding, "ntp")
        reviews.approve(section, revision=section.revision, by=people.engineer())

        report = bring_in(onboarding, "answers:\n  ntp: {choice: amazon}\n", author, withdraw=True)

        assert (report.sections[0].outcome, stored(onboarding)["ntp"][0]) == (Outcome.LEFT, "approved")

    def test_the_same_answers_withdraw_nothing(self):
        onboarding, author = fresh()
        onboardings.submitted(onboarding, author)
        before = stored(onboarding)

        report = bring_in(onboarding, written(onboarding, author), author, withdraw=True)

        assert report.changed == []
        assert stored(onboarding) == before

    def test_it_leaves_one_line_in_the_audit_record_beside_those_of_the_sections(self):
        onboarding, author = fresh()

        bring_in(onboarding, "answers:\n  ntp: {choice: amazon}\n", author)

        event = AuditEvent.objects.get(action="onboarding.answers_imported")
        assert (event.subject_id, event.after) == (onboarding.pk, {"sections": ["ntp"]})
        assert AuditEvent.objects.filter(action="section.saved").count() == 1

    def test_who_may_only_read_brings_nothing_in(self):
        onboarding, _ = fresh()
        reader = people.viewer(onboarding.customer)

        for act in (intake_files.preview, lambda *given, by: intake_files.apply(*given, revisions={}, by=by)):
            with pytest.raises(Forbidden):
                act(onboarding, "answers: {}", by=reader)

    def test_what_is_over_takes_nothing(self):
        onboarding, author = fresh()
        cancel(onboarding, by=onboarding.account_manager)

        with pytest.raises(Conflict):
            intake_files.preview(onboarding, "answers: {}", by=author)


class TestApi:
    def test_out_look_and_in(self):
        onboarding, author = fresh()
        caller, path = Caller(author), f"/onboardings/{onboarding.pk}/answers"
        sections.save(onboardings.section(onboarding, "ntp"), answers={"choice": "amazon"}, revision=0, by=author)

        text = caller.get(f"{path}?format=json").data["file"].replace("amazon", "own")
        looked = caller.post(path, {"file": text, "dry_run": True}).data
        revisions = {section["key"]: section["revision"] for section in looked["sections"]}
        done = caller.post(path, {"file": text, "revisions": revisions}).data

        assert (looked["applied"], done["applied"]) == (False, True)
        assert looked["sections"] == done["sections"]
        [changed] = [section for section in done["sections"] if section["outcome"] == "changed"]
        assert (changed["key"], changed["missing"]) == ("ntp", 1)
        assert onboardings.section(onboarding, "ntp").answers == {"choice": "own"}

    def test_yaml_unless_told(self):
        onboarding, author = fresh()

        data = Caller(author).get(f"/onboardings/{onboarding.pk}/answers").data

        assert data["format"] == "yaml"
        assert read(data["file"]).value["onboarding"] == onboarding.reference

    def test_a_dry_run_names_the_lines_and_the_act_refuses_them(self):
        onboarding, author = fresh()
        caller, path = Caller(author), f"/onboardings/{onboarding.pk}/answers"
        text = "answers:\n  logs:\n    port: high\n"

        looked = caller.post(path, {"file": text, "dry_run": True}).data
        done = caller.post(path, {"file": text, "revisions": {"logs": 0}})

        assert [(row["line"], row["pointer"], row["refused"]) for row in looked["problems"]] == [
            (3, "/answers/logs/port", True)
        ]
        assert done.status_code == 400
        assert [(row["pointer"], row["message"][:8]) for row in done.data["errors"]] == [("/file", "Line 3: ")]

    def test_another_revision_is_412(self):
        onboarding, author = fresh()
        caller, path = Caller(author), f"/onboardings/{onboarding.pk}/answers"

        answer = caller.post(path, {"file": "answers:\n  ntp: {choice: own}\n", "revisions": {"ntp": 7}})

        assert answer.status_code == 412

    @pytest.mark.parametrize("revisions", [{"ntp": "1"}, {"ntp": True}, [1]])
    def test_revisions_are_numbers(self, revisions: Any):
        onboarding, author = fresh()
        path = f"/onboardings/{onboarding.pk}/answers"

        assert Caller(author).post(path, {"file": "answers: {}", "revisions": revisions}).status_code == 400
