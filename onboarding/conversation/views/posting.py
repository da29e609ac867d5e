"""What a comment form sends, handed to the service: the same on every page where one can say something."""

from typing import Any

from django.core.files.uploadedfile import UploadedFile
from django.http import HttpRequest

from onboarding.conversation import rules, selectors
from onboarding.conversation.forms import CommentForm
from onboarding.conversation.models import Comment
from onboarding.conversation.services import comments
from onboarding.conversation.subjects import Subject
from portal.accounts.signed_in import person
from portal.core.errors import DomainError
from portal.files.kinds import LARGEST_BYTES
from portal.files.services import NewFile


def comment_form(request: HttpRequest, subject: Subject, *, fresh: bool = False) -> CommentForm | None:
    """Return the form, filled with what was sent unless `fresh`; None for who only reads."""
    user = person(request)
    if not rules.may_comment(user, subject.customer):
        return None
    people = selectors.people_to_mention(user, subject.customer, subject.onboarding)
    sent = (request.POST, request.FILES) if request.method == "POST" and not fresh else (None, None)
    others = [one for one in people if one != user]
    return CommentForm(*sent, people=others, may_be_internal=rules.may_write_internal(user))


def post(request: HttpRequest, subject: Subject, form: CommentForm | None) -> Comment | None:
    """Return the comment, None where the form says what is wrong. Raises `Forbidden` for who only reads."""
    if form is not None and not form.is_valid():
        return None
    given: dict[str, Any] = form.cleaned_data if form else {"text": request.POST.get("text", "")}
    try:
        return comments.post(
            subject,
            text=given["text"],
            internal=given.get("internal", False),
            mentions=given.get("mentions", ()),
            files=[_read(file) for file in given.get("attachments", ())],
            by=person(request),
        )
    except DomainError as error:
        if form is None:
            raise
        form.refuse(error)
        return None


def _read(file: UploadedFile) -> NewFile:
    """A file that is too large is not read to its end."""
    return NewFile(file.name or "", file.read(LARGEST_BYTES + 1))
