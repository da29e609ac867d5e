"""What people hear of the conversation, in the act's transaction. Never the words themselves: they may be taken back, and mail
cannot."""

from collections.abc import Iterable

from django.db.models import Q, QuerySet
from django.urls import reverse

from onboarding.conversation.models import Comment, Decision
from onboarding.conversation.states import Side
from onboarding.conversation.subjects import Subject
from portal.accounts.models import User
from portal.accounts.states import CustomerRole
from portal.outbox.services import notify

_EDITORS = (CustomerRole.ADMINISTRATOR, CustomerRole.CONTRIBUTOR)


def written(comment: Comment, subject: Subject, mentioned_people: list[User]) -> None:
    """Who is mentioned is asked to look; the others who are in it hear that there is something new."""
    mentioned(comment, subject, mentioned_people)
    others = _in_it(comment, subject).exclude(pk__in=[person.pk for person in mentioned_people])
    for reader in others.exclude(pk=comment.author_id):
        _tell("comment_added", reader, comment, subject, f"{comment.author} wrote about {subject.label}")


def mentioned(comment: Comment, subject: Subject, people: Iterable[User]) -> None:
    """Each is told once of one comment, however often it is changed."""
    for reader in people:
        if reader.pk != comment.author_id:
            subject_line = f"{comment.author} mentions you: {subject.label}"
            _tell("comment_mentioned", reader, comment, subject, subject_line, to_act=True)


def _in_it(comment: Comment, subject: Subject) -> QuerySet[User]:
    """Who spoke of the same thing, whose onboarding it is, and whose request: as far as they see this comment."""
    same = Comment.objects.standing().filter(
        onboarding=comment.onboarding_id,
        section=comment.section_id,
        pointer=comment.pointer,
        item=comment.item_id,
        environment=comment.environment_id,
        request=comment.request_id,
    )
    if not comment.is_internal:
        same = same.filter(visibility=comment.visibility)
    ids = {subject.onboarding.account_manager_id} if subject.onboarding else set()
    if subject.request:
        ids |= {key for key in (subject.request.asked_by_id, subject.request.owner_id) if key}
    people = User.objects.filter(Q(pk__in=same.values("author")) | Q(pk__in=ids), is_active=True)
    sees = ~Q(staff_role="")
    if not comment.is_internal:
        sees |= Q(memberships__customer=comment.customer_id)
    return people.filter(sees).distinct().order_by("pk")


def _tell(event: str, reader: User, comment: Comment, subject: Subject, words: str, *, to_act: bool = False) -> None:
    reference = f"{subject.onboarding.reference}: " if subject.onboarding else ""
    notify(
        reader,
        event,
        event,
        key=f"{event}:{comment.pk}",
        subject=f"{reference}{words}",
        link=f"{subject.conversation_path}#comment-{comment.pk}",
        customer=comment.customer,
        context={"comment": comment, "about": subject.label, "author": comment.author, "customer": comment.customer},
        to_act=to_act,
        about=comment.pk,
    )


def proposed(decision: Decision) -> None:
    """Who speaks for the other side is asked for their word."""
    for reader in _speakers(decision, decision.other_side):
        words = f"decide on “{decision.title}”"
        _tell_of_decision("decision_proposed", reader, decision, words, to_act=True)


def answered(decision: Decision) -> None:
    """Who proposed hears what the other side says."""
    if decision.proposed_by.is_active:
        words = f"“{decision.title}” is {decision.get_state_display().lower()}"
        _tell_of_decision("decision_answered", decision.proposed_by, decision, words)


def _speakers(decision: Decision, side: Side) -> Iterable[User]:
    if side == Side.PROVIDER:
        return [decision.onboarding.account_manager]
    editors = Q(memberships__customer=decision.customer_id, memberships__role__in=_EDITORS)
    return User.objects.filter(editors, is_active=True).distinct().order_by("pk")


def _tell_of_decision(event: str, reader: User, decision: Decision, words: str, *, to_act: bool = False) -> None:
    notify(
        reader,
        event,
        event,
        key=f"{event}:{decision.pk}",
        subject=f"{decision.onboarding.reference}: {words}",
        link=reverse("decision", args=(decision.pk,)),
        customer=decision.customer,
        context={"decision": decision, "customer": decision.customer, "onboarding": decision.onboarding},
        to_act=to_act,
        about=decision.pk,
    )
