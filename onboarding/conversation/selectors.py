"""What a person may see of what is said and decided. Every read begins at `visible_to`, which knows internal comments."""

from collections import Counter
from dataclasses import dataclass

from django.db.models import Count, Prefetch, Q, QuerySet

from onboarding.conversation.models import Comment, Decision
from onboarding.conversation.states import DecisionState
from onboarding.conversation.subjects import Subject
from onboarding.models import Onboarding
from portal.accounts.models import Customer, User
from portal.core.errors import Conflict, NotFound
from portal.files.models import StoredFile

_WITH = (
    "customer",
    "onboarding__customer",
    "onboarding__account_manager",
    "section",
    "environment",
    "item",
    "request__environment",
    "request__owner",
    "request__asked_by",
    "author",
    "taken_back_by",
)


def comments(user: User) -> QuerySet[Comment]:
    """The comments this person may see, newest first, with all that showing one needs."""
    files = Prefetch("files", StoredFile.objects.visible_to(user).without_content().order_by("pk"))
    mentions = Prefetch("mentions", User.objects.order_by("full_name", "pk"))
    return Comment.objects.visible_to(user).select_related(*_WITH).prefetch_related(files, mentions).order_by("-pk")


def comment(user: User, id: str) -> Comment:
    found = comments(user).filter(pk=id).first()
    if found is None:
        raise NotFound
    return found


def comments_about(user: User, subject: Subject, *, words: str = "") -> QuerySet[Comment]:
    """What is said about one thing, perhaps only with these words. Of a section: about each of its answers too; of an
    environment: about its items too; of the onboarding as a whole: everything."""
    rows = _about(comments(user), subject)
    return rows.filter(text__icontains=words) if words else rows


def _about(rows: QuerySet[Comment], subject: Subject) -> QuerySet[Comment]:
    if subject.request:
        return rows.filter(request=subject.request)
    rows = rows.filter(onboarding=subject.onboarding)
    if subject.section:
        rows = rows.filter(section=subject.section)
        return rows.filter(pointer=subject.pointer) if subject.pointer else rows
    if subject.item:
        return rows.filter(item=subject.item)
    return rows.filter(environment=subject.environment) if subject.environment else rows


def file(user: User, comment_id: str, file_id: str) -> StoredFile:
    """Return one attachment with its content. A comment that was taken back has none."""
    comments = Comment.objects.visible_to(user).standing().filter(pk=comment_id)
    found = StoredFile.objects.visible_to(user).filter(comments__in=comments, pk=file_id).first()
    if found is None:
        raise NotFound
    return found


@dataclass(frozen=True, slots=True)
class Counts:
    """How many comments stand about each thing of one onboarding, by its word (`Subject.about`), as this person sees it.

    What is said of an answer counts for its section too, of an item for its environment, and everything for the whole (empty).
    """

    by_about: Counter[str]

    def of(self, about: str) -> int:
        return self.by_about[about]


def counts(user: User, onboarding_id: str) -> Counts:
    """Count what stands about each thing of an onboarding, by one statement."""
    rows = Comment.objects.visible_to(user).standing().filter(onboarding=onboarding_id).order_by()
    found: Counter[str] = Counter()
    grouped = rows.values_list("section", "pointer", "environment", "item").annotate(number=Count("pk"))
    for section, pointer, environment, item, number in grouped:
        answer = f"{section}/{pointer}" if pointer else None
        for about in ("", section, answer, environment, item):
            if about is not None:
                found[about] += number
    return Counts(found)


def people_to_mention(user: User, customer: Customer, onboarding: Onboarding | None) -> list[User]:
    """Whom this person may mention in what both sides read, by name: the customer's people and, of the provider's, all for
    colleagues; for the customer those who spoke here, and the account manager. One statement."""
    theirs = Q(memberships__customer=customer)
    ours = ~Q(staff_role="")
    if not user.is_provider:
        spoke = Comment.objects.visible_to(user).filter(customer=customer).values("author")
        manager = onboarding.account_manager_id if onboarding else ""
        ours &= Q(pk__in=spoke) | Q(pk=manager)
    return list(User.objects.filter(theirs | ours, is_active=True).distinct().order_by("full_name", "pk"))


def decisions(user: User) -> QuerySet[Decision]:
    """The decisions this person may see, newest first."""
    people = ("proposed_by", "answered_by")
    rows = Decision.objects.visible_to(user).select_related(
        "customer",
        "onboarding__customer",
        "onboarding__account_manager",
        "environment__customer",
        "supersedes",
        *people,
    )
    return rows.order_by("-pk")


def decision(user: User, id: str) -> Decision:
    found = decisions(user).filter(pk=id).first()
    if found is None:
        raise NotFound
    return found


def decision_of(user: User, onboarding: Onboarding, id: str) -> Decision:
    """Return one decision of this onboarding. Raises `NotFound` for another's."""
    found = decision(user, id)
    if found.onboarding_id != onboarding.pk:
        raise NotFound
    return found


def successor(user: User, decision: Decision) -> Decision | None:
    """Return what is proposed or agreed in the place of this one."""
    standing = (DecisionState.PROPOSED, DecisionState.AGREED, DecisionState.SUPERSEDED)
    return decisions(user).filter(supersedes=decision, state__in=standing).first()


def on_record(environment_id: str, kind: str) -> Decision | None:
    """Return the decision of this kind that holds for the environment, None where nothing is agreed."""
    agreed = Decision.objects.filter(environment=environment_id, kind=kind, state=DecisionState.AGREED)
    return agreed.select_related("proposed_by", "answered_by").order_by("-pk").first()


def require_on_record(environment_id: str, kind: str) -> Decision:
    """Return the decision that has to stand before work of this kind starts (S40). Raises `Conflict` where none does."""
    found = on_record(environment_id, kind)
    if found is None:
        raise Conflict(
            f"No {kind} decision is on record for this environment.",
            code="decision_missing",
            remedy="Propose one on the Decisions page. The work starts once the other side has agreed.",
        )
    return found
