"""Saying something, changing it, taking it back; what stays on record, and who hears of it."""

import pytest

from onboarding.conversation import selectors, subjects
from onboarding.conversation.models import Comment
from onboarding.conversation.services import comments
from onboarding.conversation.services.comments import LONGEST_TEXT, MOST_FILES
from portal.audit.models import AuditEvent
from portal.core.errors import Conflict, Forbidden, Invalid, NotFound
from portal.files.models import StoredFile
from portal.files.services import NewFile
from portal.outbox.models import OutboxMessage
from tests.factories import onboardings, people
from tests.onboarding.conversation.conftest import Talk


def told(event: str) -> set[str]:
    return set(OutboxMessage.objects.filter(key__startswith=f"{event}:").values_list("recipient", flat=True))


def test_what_is_said_stands_with_its_author_and_is_in_the_record(talk: Talk) -> None:
    made = talk.say("The firewall opens on Monday.\r\n", talk.contact)

    assert list(selectors.comments_about(talk.viewer, talk.whole)) == [made]
    assert made.text == "The firewall opens on Monday."
    event = AuditEvent.objects.get(action="comment.written")
    assert (event.customer, event.actor, event.after["text"]) == (talk.onboarding.customer, talk.contact, made.text)


def test_the_account_manager_and_who_spoke_before_hear_of_it(talk: Talk) -> None:
    talk.say("First", talk.contact)
    talk.say("Second", talk.other)

    assert told("comment_added") == {talk.manager.email, talk.contact.email}


def test_who_spoke_of_something_else_does_not(talk: Talk) -> None:
    about = subjects.find(talk.contact, talk.onboarding, talk.environment.pk)
    talk.say("Here", talk.contact, about=about)
    OutboxMessage.objects.all().delete()
    talk.say("There", talk.other)

    assert told("comment_added") == {talk.manager.email}


def test_somebody_who_left_hears_nothing(talk: Talk) -> None:
    talk.say("First", talk.contact)
    talk.contact.memberships.all().delete()
    talk.say("Second", talk.other)

    assert talk.contact.email not in told("comment_added")


def test_no_words_are_in_a_mail(talk: Talk) -> None:
    talk.say(f"Only here: apricot @{talk.other.full_name}", talk.contact)

    assert OutboxMessage.objects.exists()
    assert not OutboxMessage.objects.filter(text__contains="apricot").exists()
    assert not OutboxMessage.objects.filter(html__contains="apricot").exists()


@pytest.mark.parametrize("text", ["", "  \r\n ", "x" * (LONGEST_TEXT + 1)])
def test_a_text_that_is_missing_or_too_long_is_named(talk: Talk, text: str) -> None:
    with pytest.raises(Invalid) as refused:
        talk.say(text, talk.contact)

    assert [problem.pointer for problem in refused.value.problems] == ["text"]


def test_viewers_and_auditors_only_read(talk: Talk) -> None:
    for reader in (talk.viewer, people.auditor(), talk.stranger):
        with pytest.raises(Forbidden):
            talk.say("Hello", reader)
    talk.say("May I release?", people.approver())


def test_only_the_author_changes_a_comment_and_the_record_has_both_versions(talk: Talk) -> None:
    made = talk.say("Tuesday", talk.contact)
    with pytest.raises(Forbidden):
        comments.edit(made, text="Friday", by=talk.manager)
    comments.edit(made, text="Monday", by=talk.contact)
    comments.edit(made, text="Monday", by=talk.contact)

    event = AuditEvent.objects.get(action="comment.changed")
    assert (event.before["text"], event.after["text"]) == ("Tuesday", "Monday")
    assert selectors.comment(talk.other, made.pk).edited_at is not None


def test_what_is_taken_back_has_no_words_no_files_and_no_second_end(talk: Talk) -> None:
    made = comments.post(talk.whole, text="Wrong", by=talk.contact, files=[NewFile("a.txt", b"x")])
    file = made.files.get()
    with pytest.raises(Forbidden):
        comments.take_back(made, by=talk.other)
    comments.take_back(made, by=talk.contact)

    assert Comment.objects.get().text == ""
    with pytest.raises(NotFound):
        selectors.file(talk.contact, made.pk, file.pk)
    assert AuditEvent.objects.get(action="comment.taken_back").before["text"] == "Wrong"
    for act in (
        lambda: comments.take_back(made, by=talk.contact),
        lambda: comments.edit(made, text="x", by=talk.contact),
    ):
        with pytest.raises(Conflict):
            act()


def test_an_account_manager_takes_back_what_should_not_stand_there(talk: Talk) -> None:
    made = talk.say("the password is apricot", talk.contact)

    assert comments.take_back(made, by=talk.manager).taken_back_by == talk.manager


def test_files_are_kept_with_the_comment_and_stay_with_those_who_see_it(talk: Talk) -> None:
    made = comments.post(
        talk.whole, text="See", by=talk.contact, files=[NewFile("a.txt", b"1"), NewFile("b.txt", b"2")]
    )

    names = [file.name for file in selectors.comment(talk.viewer, made.pk).files.all()]
    assert names == ["a.txt", "b.txt"]
    assert bytes(selectors.file(talk.viewer, made.pk, made.files.get(name="b.txt").pk).content) == b"2"
    with pytest.raises(NotFound):
        selectors.file(talk.stranger, made.pk, made.files.get(name="b.txt").pk)


def test_a_file_belongs_to_its_own_comment(talk: Talk) -> None:
    made = comments.post(talk.whole, text="See", by=talk.contact, files=[NewFile("a.txt", b"1")])
    other = talk.say("Nothing", talk.contact)

    with pytest.raises(NotFound):
        selectors.file(talk.contact, other.pk, made.files.get().pk)


def test_a_file_that_is_refused_leaves_no_comment(talk: Talk) -> None:
    for files, pointer in (
        ([NewFile("a.txt", b"1"), NewFile("b.exe", b"2")], "files/1"),
        ([NewFile("a.txt", b"1")] * (MOST_FILES + 1), "files"),
    ):
        with pytest.raises(Invalid) as refused:
            comments.post(talk.whole, text="See", by=talk.contact, files=files)
        assert [problem.pointer for problem in refused.value.problems] == [pointer]
    assert not Comment.objects.exists()
    assert not StoredFile.objects.exists()


def test_subjects_are_found_labelled_and_counted(talk: Talk) -> None:
    section = onboardings.section(talk.onboarding, "dns")
    for about in (section.pk, f"{section.pk}/choice", talk.environment.pk, ""):
        subject = subjects.find(talk.contact, talk.onboarding, about)
        assert subject.about == about
        assert subject.label
        talk.say("x", talk.contact, about=subject)

    counts = selectors.counts(talk.contact, talk.onboarding.pk)
    assert [counts.of(one) for one in ("", section.pk, f"{section.pk}/choice", talk.environment.pk)] == [4, 2, 1, 1]
    found = selectors.comments_about(talk.contact, subjects.find(talk.contact, talk.onboarding, section.pk))
    assert len(found) == 2


@pytest.mark.parametrize(
    "about", ["nothing", "sct_01ke3v9r6n0h8p2x4s5t7w9yaz", "env_01ke3v9r6n0h8p2x4s5t7w9yaz", "{}/no_such"]
)
def test_a_subject_that_is_not_there_is_refused(talk: Talk, about: str) -> None:
    section = onboardings.section(talk.onboarding, "dns")
    with pytest.raises(Invalid):
        subjects.find(talk.contact, talk.onboarding, about.format(section.pk))


def test_another_onboardings_things_are_not_there(talk: Talk) -> None:
    other = onboardings.onboarding(talk.onboarding.customer)
    for about in (talk.environment.pk, onboardings.section(talk.onboarding, "dns").pk):
        with pytest.raises(Invalid):
            subjects.find(talk.contact, other, about)
