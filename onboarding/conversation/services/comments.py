"""Saying something, saying it better, and taking it back."""

from collections.abc import Iterable, Sequence
from typing import Any

from django.db import transaction

from onboarding.conversation import mentions as naming
from onboarding.conversation import rules, selectors, subjects
from onboarding.conversation.models import Comment
from onboarding.conversation.services import messages
from onboarding.conversation.states import Visibility
from onboarding.conversation.subjects import Subject
from portal.accounts.models import User
from portal.audit.services import record
from portal.core import clock
from portal.core.errors import Conflict, FieldProblem, Forbidden, Invalid
from portal.files import services as stored
from portal.files.services import NewFile

LONGEST_TEXT = 5000
"""Characters of one comment."""
MOST_FILES = 5


def post(
    subject: Subject,
    *,
    text: str,
    by: User,
    internal: bool = False,
    mentions: Iterable[str] = (),
    files: Sequence[NewFile] = (),
) -> Comment:
    """The comment stands, its files with it. Who is mentioned is told, and so is who spoke of the same before.

    `mentions`: ids of people beside those that the text names. Raises `Forbidden`; `Invalid` naming `text`, `mentions` or
    `files/0`.
    """
    if not rules.may_comment(by, subject.customer):
        raise Forbidden("You can read this conversation, but not take part in it.")
    if internal and not rules.may_write_internal(by):
        raise Forbidden("Only the provider's people write internal comments.")
    text = _clean(text)
    mentioned = _mentioned(subject, text, mentions, by=by, internal=internal)
    if len(files) > MOST_FILES:
        raise Invalid([FieldProblem("files", f"Add at most {MOST_FILES} files to a comment; these are {len(files)}")])
    with transaction.atomic():
        comment = Comment.objects.create(
            customer=subject.customer,
            onboarding=subject.onboarding,
            section=subject.section,
            pointer=subject.pointer,
            environment=subject.environment,
            item=subject.item,
            request=subject.request,
            visibility=Visibility.INTERNAL if internal else Visibility.BOTH,
            text=text,
            author=by,
            created_at=clock.now(),
        )
        comment.mentions.set(mentioned)
        kept = [
            stored.store(subject.customer, file, by=by, internal=internal, pointer=f"files/{number}")
            for number, file in enumerate(files)
        ]
        comment.files.set(kept)
        after = {"about": subject.about, "visibility": comment.visibility, "text": text}
        named = {"mentions": [person.email for person in mentioned], "files": [file.sha256 for file in kept]}
        _record(
            "comment.written", comment, by=by, after=after | {name: value for name, value in named.items() if value}
        )
        messages.written(comment, subject, mentioned)
    return comment


def edit(comment: Comment, *, text: str, by: User) -> Comment:
    """The comment says something else; what it said before is in the audit record. Whom the text mentions anew is told.

    Who sees it, its files and who was mentioned stay. Raises `Forbidden`, `Conflict` where it was taken back, `Invalid` naming
    `text`.
    """
    subject, text = subjects.of(comment), _clean(text)
    with transaction.atomic():
        _lock(comment)
        if not rules.may_edit(by, comment):
            raise Forbidden("Only its author changes a comment.")
        if text == comment.text:
            return comment
        mentioned = _mentioned(subject, text, (), by=by, internal=comment.is_internal)
        before, comment.text, comment.edited_at = comment.text, text, clock.now()
        comment.save(update_fields=["text", "edited_at"])
        comment.mentions.add(*mentioned)
        _record("comment.changed", comment, by=by, before={"text": before}, after={"text": text})
        messages.mentioned(comment, subject, mentioned)
    return comment


def take_back(comment: Comment, *, by: User) -> Comment:
    """The comment has no words and no files any more; the audit record keeps what it said.

    Raises `Forbidden`, `Conflict` where it was taken back before.
    """
    with transaction.atomic():
        _lock(comment)
        if not rules.may_take_back(by, comment):
            raise Forbidden("Its author takes a comment back, or an account manager.")
        before, comment.text = comment.text, ""
        comment.taken_back_at, comment.taken_back_by = clock.now(), by
        comment.save(update_fields=["text", "taken_back_at", "taken_back_by"])
        comment.mentions.clear()
        _record("comment.taken_back", comment, by=by, before={"text": before})
    return comment


def _lock(comment: Comment) -> None:
    """Hold the row until the transaction ends. Raises `Conflict` for one that was taken back."""
    held = Comment.objects.select_for_update().get(pk=comment.pk)
    comment.text, comment.taken_back_at = held.text, held.taken_back_at
    if comment.taken_back_at:
        raise Conflict("This comment was taken back.")


def _clean(text: str) -> str:
    text = text.replace("\r\n", "\n").strip()
    if not text:
        raise Invalid([FieldProblem("text", "Enter what you want to say", "missing")])
    if len(text) > LONGEST_TEXT:
        message = f"A comment has at most {LONGEST_TEXT} characters; this has {len(text)}. Add the rest as a file"
        raise Invalid([FieldProblem("text", message)])
    return text


def _mentioned(subject: Subject, text: str, picked: Iterable[str], *, by: User, internal: bool) -> list[User]:
    people = selectors.people_to_mention(by, subject.customer, subject.onboarding)
    return naming.resolve(text, picked, people=people, internal=internal)


def _record(action: str, comment: Comment, *, by: User, **changes: Any) -> None:
    """Internal words go to the provider's chain: the customer's administrators read the customer's."""
    record(action, comment, by=by, customer=None if comment.is_internal else comment.customer, **changes)
