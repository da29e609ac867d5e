"""Comments and decisions of an onboarding."""

from collections.abc import Callable
from typing import Any

from rest_framework.request import Request
from rest_framework.response import Response

from environments import selectors as environments
from onboarding import selectors as onboardings
from onboarding.conversation import selectors, subjects
from onboarding.conversation.api import serializers
from onboarding.conversation.models import Decision as DecisionRow
from onboarding.conversation.services import comments, decisions
from onboarding.conversation.states import DecisionState
from onboarding.conversation.subjects import Subject
from portal.accounts.models import User
from portal.core.queries import Param
from portal.core.rest import Endpoint, operation, referred
from portal.files.api import AttachmentOutput
from portal.files.services import NewFile


class CommentsEndpoint(Endpoint):
    def posted(self, subject: Subject) -> Response:
        """Say what the body holds about this subject, and answer with the comment."""
        given = self.given
        files = [NewFile(**file) for file in given["files"]]
        said = {"text": given["text"], "internal": given["internal"], "mentions": given["mentions"]}
        made = comments.post(subject, **said, files=files, by=self.person)
        return self.answer(selectors.comment(self.person, made.pk), location=f"comments/{made.pk}")


class OnboardingComments(CommentsEndpoint):
    @operation(
        scope="onboarding:read",
        gives=serializers.CommentOutput,
        many=True,
        params=(
            Param("about", "Only about this: `sct_...`, `sct_.../pointer`, `env_...` or `itm_...`."),
            Param("words", "Only with these words."),
        ),
    )
    def get(self, request: Request, id: str) -> Response:
        """List what is said about an onboarding. Internal comments are there for the provider's people only."""
        onboarding = onboardings.onboarding(self.person, id)
        subject = subjects.find(self.person, onboarding, self.query["about"] or "")
        return self.page(selectors.comments_about(self.person, subject, words=self.query["words"] or ""))

    @operation(scope="conversation:write", takes=serializers.CommentInput, gives=serializers.CommentOutput, status=201)
    def post(self, request: Request, id: str) -> Response:
        """Say something about an onboarding, or about one thing of it. Who is mentioned gets a message."""
        onboarding = onboardings.onboarding(self.person, id)
        return self.posted(subjects.find(self.person, onboarding, self.given["about"]))


class Comment(Endpoint):
    @operation(scope="onboarding:read", gives=serializers.CommentOutput)
    def get(self, request: Request, id: str) -> Response:
        """Read one comment."""
        return self.answer(selectors.comment(self.person, id))

    @operation(scope="conversation:write", takes=serializers.CommentChangeInput, gives=serializers.CommentOutput)
    def patch(self, request: Request, id: str) -> Response:
        """Change the words of your own comment. What it said before stays in the audit record."""
        comments.edit(selectors.comment(self.person, id), text=self.given["text"], by=self.person)
        return self.answer(selectors.comment(self.person, id))

    @operation(scope="conversation:write", gives=serializers.CommentOutput)
    def delete(self, request: Request, id: str) -> Response:
        """Take a comment back: its words and files go, its place stays."""
        comments.take_back(selectors.comment(self.person, id), by=self.person)
        return self.answer(selectors.comment(self.person, id))


class CommentFile(Endpoint):
    @operation(scope="onboarding:read", gives=AttachmentOutput)
    def get(self, request: Request, id: str, file_id: str) -> Response:
        """Read a file of a comment, its bytes in base64."""
        return self.answer(selectors.file(self.person, id, file_id))


class OnboardingDecisions(Endpoint):
    @operation(
        scope="onboarding:read",
        gives=serializers.DecisionOutput,
        many=True,
        params=(
            Param("environment", "Only about this environment.", kind="id"),
            Param("state", "Only in this state.", choices=tuple(DecisionState.values), many=True),
        ),
    )
    def get(self, request: Request, id: str) -> Response:
        """List what is decided, and what is proposed."""
        onboarding = onboardings.onboarding(self.person, id)
        rows = selectors.decisions(self.person).filter(onboarding=onboarding)
        if self.query["environment"]:
            rows = rows.filter(environment=self.query["environment"])
        return self.page(rows.filter(state__in=self.query["state"]) if self.query["state"] else rows)

    @operation(
        scope="conversation:write", takes=serializers.DecisionInput, gives=serializers.DecisionOutput, status=201
    )
    def post(self, request: Request, id: str) -> Response:
        """Propose a decision for your side. A person of the other side agrees or declines."""
        onboarding, given = onboardings.onboarding(self.person, id), dict(self.given)
        environment, old = given.pop("environment"), given.pop("supersedes")
        made = decisions.propose(
            onboarding,
            **given,
            environment=referred(
                lambda: environments.environment(self.person, environment), pointer="environment", what="environment"
            ),
            supersedes=referred(
                lambda: selectors.decision_of(self.person, onboarding, old), pointer="supersedes", what="decision"
            )
            if old
            else None,
            by=self.person,
        )
        return self.answer(selectors.decision(self.person, made.pk), location=f"decisions/{made.pk}")


class Decision(Endpoint):
    @operation(scope="onboarding:read", gives=serializers.DecisionOutput)
    def get(self, request: Request, id: str) -> Response:
        """Read one decision."""
        return self.answer(selectors.decision(self.person, id))


class _Answer(Endpoint):
    def done(self, id: str, act: Callable[..., DecisionRow], **said: Any) -> Response:
        person: User = self.person
        act(selectors.decision(person, id), by=person, **said)
        return self.answer(selectors.decision(person, id))


class DecisionAgreements(_Answer):
    @operation(scope="conversation:write", gives=serializers.DecisionOutput)
    def post(self, request: Request, id: str) -> Response:
        """Agree, in your own name, to what the other side proposes."""
        return self.done(id, decisions.agree)


class DecisionRefusals(_Answer):
    @operation(scope="conversation:write", takes=serializers.DecisionReasonInput, gives=serializers.DecisionOutput)
    def post(self, request: Request, id: str) -> Response:
        """Decline what the other side proposes, and say why."""
        return self.done(id, decisions.decline, reason=self.given["reason"])


class DecisionWithdrawals(_Answer):
    @operation(scope="conversation:write", gives=serializers.DecisionOutput)
    def post(self, request: Request, id: str) -> Response:
        """Withdraw a proposal of your own side that nobody answered yet."""
        return self.done(id, decisions.withdraw)
