"""Hand-overs: two people release the credentials of one environment to a third, who reveals them once.

Requested, the checklist, the recipient and the URLs are frozen; the second person releases exactly that picture, and any change
since withdraws the request. Only then are credentials sealed for the recipient. How they are revealed is in `reveals.py`.
"""

from datetime import timedelta

from django.conf import settings
from django.db import IntegrityError, transaction

from environments import selectors as environments
from environments.checklist import age
from environments.models import Environment
from environments.signals import environment_changed
from onboarding.models import HandOver
from onboarding.services import hand_over_mail as mail
from onboarding.services.hand_over_contents import Credential, credentials, digest_of, freeze
from onboarding.services.reveals import reveal
from onboarding.states import HAND_OVERS, OPEN_HAND_OVERS, HandOverState
from portal.accounts import rules
from portal.accounts.models import Customer, User
from portal.audit import services as audit
from portal.core import clock
from portal.core.errors import Conflict, FieldProblem, Forbidden, Invalid
from portal.vault import services as vault
from portal.vault.errors import VaultError

__all__ = ["Credential", "acknowledge", "expire_due", "release", "request", "reveal", "withdraw", "withdraw_untrue"]

PURPOSE = "hand-over"
UNCONFIRMED_LIFETIME = timedelta(minutes=15)
"""How long revealed credentials stay sealed when their recipient does not say that they are stored."""


def request(environment: Environment, *, recipient: User, reason: str, by: User) -> HandOver:
    """Ask a release approver to release this environment to `recipient`.

    Raises `Forbidden`, `Invalid` for a recipient who cannot be one, `Conflict` while the checklist is not all true or was not
    looked at in time, newer answers are approved than provisioned, or another hand-over of the environment is open.
    """
    if not rules.may_release_first(by):
        raise Forbidden("Only account managers and engineers request a hand-over.")
    _check_recipient(recipient, environment.customer, by)
    if not reason.strip():
        raise Invalid([FieldProblem("reason", "Enter a reason", "required")])
    try:
        with transaction.atomic():
            _require_ready(environment)
            return _create(environment, recipient=recipient, reason=reason.strip(), by=by)
    except IntegrityError:
        raise _already_open(environment) from None


def release(hand_over: HandOver, *, by: User) -> HandOver:
    """Release what was requested: seal the credentials for the recipient, and tell the recipient and a second contact.

    Raises `Forbidden` unless `by` is an approver who neither requested nor receives it; `Conflict` when it does not wait for
    a release, when anything it was requested on has changed (then it is withdrawn and has to be requested again), when the
    checklist was not looked at in time, or when the credentials cannot be opened.
    """
    if not rules.may_release_second(by):
        raise Forbidden("Only release approvers release credentials.")
    if by.pk in (hand_over.requested_by_id, hand_over.recipient_id):
        raise Forbidden("Somebody else has to release this: you requested it or you receive it.")
    with transaction.atomic():
        hand_over = _locked(hand_over)
        state = HAND_OVERS.after(hand_over.state, "release")
        unchanged = _still_as_requested(hand_over)
        if unchanged:
            age.require_looked_at(hand_over.environment, then="It can be released")
            _release(hand_over, state, by)
        else:
            _end(hand_over, HandOverState.WITHDRAWN, by=by, reason="something changed since it was requested")
    if not unchanged:
        raise Conflict(
            "The checklist, the recipient, a URL or an answer changed since this was requested, so it was withdrawn.",
            remedy="Look at what changed and request the hand-over again.",
        )
    return hand_over


def withdraw(hand_over: HandOver, *, by: User) -> HandOver:
    """Stop the hand-over and destroy what is sealed. What a recipient has seen already has to be changed in the product.

    Raises `Forbidden`, `Conflict` when it is over.
    """
    if not rules.may_withdraw_hand_over(by, hand_over.customer):
        raise Forbidden("Only who releases, and the customer's administrators, withdraw a hand-over.")
    with transaction.atomic():
        hand_over = _locked(hand_over)
        _end(hand_over, HAND_OVERS.after(hand_over.state, "withdraw"), by=by, reason=f"{by} withdrew it")
    return hand_over


def withdraw_untrue(environment_id: str) -> int:
    """Withdraw what waits for its release though the checklist is not all true any more: what was requested no longer exists,
    so it could never be released. Return how many these are.

    What is released already stays: it is not revealed before all is true again (`reveals`), and it runs out by itself.
    """
    waiting = HandOver.objects.filter(environment=environment_id, state=HandOverState.REQUESTED)
    return sum(_withdraw_untrue(hand_over) for hand_over in waiting)


def _withdraw_untrue(hand_over: HandOver) -> int:
    with transaction.atomic():
        hand_over = _locked(hand_over)
        if hand_over.state != HandOverState.REQUESTED or environments.hand_over_ready(hand_over.environment):
            return 0  # it was released or withdrawn a moment ago, or all is true again
        reason = "an item of the checklist is no longer true"
        _end(hand_over, HAND_OVERS.after(hand_over.state, "withdraw"), by=None, reason=reason)
    return 1


def acknowledge(hand_over: HandOver, *, by: User) -> HandOver:
    """Take the recipient's word that the credentials are stored: the sealed copy is destroyed, the environment is live.

    Raises `Forbidden` for anybody else, `Conflict` unless they were revealed.
    """
    if by.pk != hand_over.recipient_id or not rules.may_receive_hand_over(by, hand_over.customer):
        raise Forbidden(f"Only {hand_over.recipient} can acknowledge this hand-over.")
    with transaction.atomic():
        hand_over = _locked(hand_over)
        _move(hand_over, HAND_OVERS.after(hand_over.state, "acknowledge"), by=by, acknowledged_at=clock.now())
        _destroy(hand_over)
        environment_changed.send(sender=HandOver, environment=hand_over.environment)
    return hand_over


def expire_due() -> int:
    """End what nobody revealed in time and erase what was revealed but never acknowledged. Return how many were touched."""
    now = clock.now()
    overdue = HandOver.objects.filter(state=HandOverState.RELEASED, expires_at__lte=now)
    unconfirmed = HandOver.objects.filter(
        state=HandOverState.REVEALED, revealed_at__lte=now - UNCONFIRMED_LIFETIME, secret__destroyed_at=None
    )
    return sum(_expire(hand_over) for hand_over in overdue) + sum(_erase(hand_over) for hand_over in unconfirmed)


def _check_recipient(recipient: User, customer: Customer, by: User) -> None:
    if recipient.pk == by.pk:
        raise Invalid([FieldProblem("recipient", "Select somebody other than yourself")])
    if not rules.may_receive_hand_over(recipient, customer):
        message = f"Select an administrator or contributor of {customer} whose account is open"
        raise Invalid([FieldProblem("recipient", message)])


def _require_ready(environment: Environment) -> None:
    if not environments.hand_over_ready(environment):
        raise Conflict(
            f"The checklist of {environment} is not all true yet.",
            remedy="Open the checklist to see which items are missing.",
        )
    if not environments.is_provisioned_as_approved(environment):
        raise Conflict(
            f"The approved answers of {environment} changed since it was provisioned.",
            remedy="Approve the new plan and let its run finish, then request the hand-over.",
        )
    age.require_looked_at(environment, then="The hand-over can be requested")
    if not environment.product_deployments.exists():
        raise Conflict(f"{environment} has no products whose credentials could be handed over.")


def _create(environment: Environment, *, recipient: User, reason: str, by: User) -> HandOver:
    if HandOver.objects.filter(environment=environment, state__in=OPEN_HAND_OVERS).exists():
        raise _already_open(environment)
    frozen = freeze(environment, recipient=recipient)
    hand_over = HandOver.objects.create(
        customer=environment.customer,
        environment=environment,
        recipient=recipient,
        frozen=frozen,
        digest=digest_of(frozen),
        reason=reason,
        requested_by=by,
        requested_at=clock.now(),
    )
    after = {"recipient": recipient.email, "digest": hand_over.digest, "reason": reason}
    audit.record("hand_over.requested", hand_over, by=by, customer=hand_over.customer, after=after)
    mail.requested(hand_over)
    environment_changed.send(sender=HandOver, environment=environment)
    return hand_over


def _already_open(environment: Environment) -> Conflict:
    return Conflict(f"A hand-over of {environment} is open already.", remedy="Finish or withdraw that one first.")


def _still_as_requested(hand_over: HandOver) -> bool:
    """Compute the picture again from its rows. An evaluation that fails counts as changed: it raises, nothing is released."""
    return (
        environments.hand_over_ready(hand_over.environment)
        and environments.is_provisioned_as_approved(hand_over.environment)
        and rules.may_receive_hand_over(hand_over.recipient, hand_over.customer)
        and digest_of(freeze(hand_over.environment, recipient=hand_over.recipient)) == hand_over.digest
    )


def _release(hand_over: HandOver, state: str, by: User) -> None:
    now = clock.now()
    secret = vault.seal(_credentials(hand_over, by), customer=hand_over.customer, purpose=PURPOSE)
    _move(
        hand_over,
        state,
        by=by,
        released_by=by,
        released_at=now,
        expires_at=now + settings.HAND_OVER_LIFETIME,
        secret=secret,
    )
    mail.released(hand_over)
    environment_changed.send(sender=HandOver, environment=hand_over.environment)


def _credentials(hand_over: HandOver, by: User) -> str:
    try:
        return credentials(hand_over.environment, by=by)
    except VaultError:
        raise Conflict(
            "The passwords that the products were installed with cannot be opened, so nothing was released.",
            remedy="Have operations look after the vault's keys, then release it again.",
        ) from None


def _end(hand_over: HandOver, state: str, *, by: User | None, reason: str) -> None:
    _move(hand_over, state, by=by, why=reason)
    _destroy(hand_over)
    mail.withdrawn(hand_over, reason=reason)
    environment_changed.send(sender=HandOver, environment=hand_over.environment)


def _expire(hand_over: HandOver) -> int:
    with transaction.atomic():
        hand_over = _locked(hand_over)
        if not HAND_OVERS.allows(hand_over.state, "expire"):
            return 0  # it was revealed or withdrawn a moment ago
        _move(hand_over, HAND_OVERS.after(hand_over.state, "expire"), by=None)
        _destroy(hand_over)
        mail.expired(hand_over)
        environment_changed.send(sender=HandOver, environment=hand_over.environment)
    return 1


def _erase(hand_over: HandOver) -> int:
    with transaction.atomic():
        hand_over = _locked(hand_over)
        _destroy(hand_over)
        audit.record("hand_over.erased", hand_over, by=None, customer=hand_over.customer)
    return 1


def _locked(hand_over: HandOver) -> HandOver:
    people = ("environment", "customer", "recipient", "requested_by")
    return HandOver.objects.select_for_update(of=("self",)).select_related(*people).get(pk=hand_over.pk)


def _move(hand_over: HandOver, state: str, *, by: User | None, why: str = "", **changes: object) -> None:
    before = hand_over.state
    hand_over.state = state
    for name, value in changes.items():
        setattr(hand_over, name, value)
    hand_over.save(update_fields=["state", *changes])
    after = {"state": state} | ({"why": why} if why else {})
    audit.record(
        f"hand_over.{state}", hand_over, by=by, customer=hand_over.customer, before={"state": before}, after=after
    )


def _destroy(hand_over: HandOver) -> None:
    if hand_over.secret:
        vault.destroy(hand_over.secret)
