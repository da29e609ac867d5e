"""Deciding together before work starts: one side proposes, a person of the other agrees (S40)."""

from django.db import transaction

from environments.models import Environment
from onboarding.conversation import rules
from onboarding.conversation.models import Decision
from onboarding.conversation.services import messages
from onboarding.conversation.states import DECISIONS, DecisionKind, DecisionState
from onboarding.models import Onboarding
from portal.accounts.models import User
from portal.audit.services import record
from portal.core import clock
from portal.core.errors import Conflict, FieldProblem, Forbidden, Invalid

LONGEST_TITLE = 120
LONGEST_TEXT = 5000


def propose(
    onboarding: Onboarding,
    *,
    environment: Environment,
    kind: str,
    title: str,
    text: str,
    by: User,
    supersedes: Decision | None = None,
) -> Decision:
    """A decision waits for a person of the other side. `supersedes`: the agreed one that it takes the place of, once agreed.

    Raises `Forbidden`; `Invalid` naming `environment`, `kind`, `title` or `text`; `Conflict` where `supersedes` does not hold,
    or has a successor proposed already.
    """
    if not rules.may_propose(by, onboarding.customer):
        raise Forbidden("Account managers propose decisions, and the customer's administrators and contributors.")
    title, text = " ".join(title.split()), text.replace("\r\n", "\n").strip()
    problems = _problems(onboarding, environment, kind, title, text)
    if problems:
        raise Invalid(problems)
    with transaction.atomic():
        if supersedes:
            _require_replaceable(supersedes, environment, kind)
        decision = Decision.objects.create(
            customer=onboarding.customer,
            onboarding=onboarding,
            environment=environment,
            kind=kind,
            title=title,
            text=text,
            proposed_by=by,
            proposed_side=rules.side_of(by),
            proposed_at=clock.now(),
            supersedes=supersedes,
        )
        after = {"title": title, "kind": kind, "environment": environment.name, "text": text}
        if supersedes:
            after["supersedes"] = supersedes.pk
        record("decision.proposed", decision, by=by, customer=decision.customer, after=after)
        messages.proposed(decision)
    return decision


def _problems(onboarding: Onboarding, environment: Environment, kind: str, title: str, text: str) -> list[FieldProblem]:
    problems = []
    if not onboarding.environments.filter(pk=environment.pk).exists():
        problems.append(FieldProblem("environment", "Select an environment of this onboarding"))
    if kind not in DecisionKind.values:
        problems.append(FieldProblem("kind", f"Select one of: {', '.join(DecisionKind.values)}"))
    if not title:
        problems.append(FieldProblem("title", "Enter a title, such as “Databases move by dump”", "missing"))
    elif len(title) > LONGEST_TITLE:
        problems.append(FieldProblem("title", f"A title has at most {LONGEST_TITLE} characters; this has {len(title)}"))
    if not text:
        problems.append(FieldProblem("text", "Enter what is decided, and who does what", "missing"))
    elif len(text) > LONGEST_TEXT:
        problems.append(FieldProblem("text", f"At most {LONGEST_TEXT} characters; this has {len(text)}"))
    return problems


def _require_replaceable(old: Decision, environment: Environment, kind: str) -> None:
    """Hold the old one, so that it has one successor."""
    held = Decision.objects.select_for_update().get(pk=old.pk)
    if (held.environment_id, held.kind) != (environment.pk, kind):
        raise Invalid([FieldProblem("supersedes", "A decision is superseded by one of its environment and kind")])
    if held.state != DecisionState.AGREED:
        raise Conflict(f"Only an agreed decision is superseded: this one is {held.get_state_display().lower()}.")
    if held.successors.filter(state=DecisionState.PROPOSED).exists():
        raise Conflict(
            "Another decision is proposed in its place already.", remedy="Answer or withdraw that one first."
        )


def agree(decision: Decision, *, by: User) -> Decision:
    """Both sides stand by it from now on; the one that it supersedes no longer holds.

    Raises `Forbidden` for the side that proposed, `Conflict` where it is not open.
    """
    _require_other_side(decision, by)
    with transaction.atomic():
        _answer(decision, "agree_to", by=by)
        record("decision.agreed", decision, by=by, customer=decision.customer, after={"title": decision.title})
        if decision.supersedes_id:
            _supersede(decision, by=by)
        messages.answered(decision)
    return decision


def decline(decision: Decision, *, reason: str, by: User) -> Decision:
    """The other side does not agree, and says why. Raises `Forbidden`, `Conflict`, `Invalid` naming `reason`."""
    _require_other_side(decision, by)
    reason = reason.strip()
    if not reason:
        raise Invalid(
            [FieldProblem("reason", "Enter why you do not agree, so that a better one can be proposed", "missing")]
        )
    if len(reason) > LONGEST_TEXT:
        raise Invalid([FieldProblem("reason", f"At most {LONGEST_TEXT} characters; this has {len(reason)}")])
    with transaction.atomic():
        _answer(decision, "decline", by=by, reason=reason)
        after = {"title": decision.title, "reason": reason}
        record("decision.declined", decision, by=by, customer=decision.customer, after=after)
        messages.answered(decision)
    return decision


def withdraw(decision: Decision, *, by: User) -> Decision:
    """Nobody has to answer the proposal any more. Raises `Forbidden` for the other side, `Conflict` where it is answered."""
    if not rules.may_withdraw(by, decision):
        raise Forbidden("Only the side that proposed a decision withdraws it.")
    with transaction.atomic():
        _lock(decision)
        decision.state = DECISIONS.after(decision.state, "withdraw")
        decision.save(update_fields=["state"])
        record("decision.withdrawn", decision, by=by, customer=decision.customer, after={"title": decision.title})
    return decision


def _require_other_side(decision: Decision, by: User) -> None:
    if not rules.may_answer(by, decision):
        raise Forbidden("A decision is agreed by the other side: who proposed it cannot answer for them.")


def _answer(decision: Decision, act: str, *, by: User, reason: str = "") -> None:
    _lock(decision)
    decision.state = DECISIONS.after(decision.state, act)
    decision.answered_by, decision.answered_at, decision.reason = by, clock.now(), reason
    decision.save(update_fields=["state", "answered_by", "answered_at", "reason"])


def _supersede(decision: Decision, *, by: User) -> None:
    old = Decision.objects.select_for_update().get(pk=decision.supersedes_id)
    old.state = DECISIONS.after(old.state, "supersede")
    old.save(update_fields=["state"])
    record("decision.superseded", old, by=by, customer=old.customer, after={"by": decision.pk})


def _lock(decision: Decision) -> None:
    decision.state = Decision.objects.select_for_update().get(pk=decision.pk).state
