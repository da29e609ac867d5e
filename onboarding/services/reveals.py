"""Revealing credentials: at most once, to their recipient, who confirms with their password.

One conditional UPDATE decides who wins; the audit event is in the same commit, and only after it is the secret opened. A crash
in between costs the answer, not the promise: the same browser, which alone knows its claim key, gets it again for two minutes.
"""

import hashlib
import hmac
import json
import logging
from datetime import timedelta
from typing import NoReturn

from django.db import transaction

from environments import selectors as environments
from environments.checklist import age
from environments.signals import environment_changed
from onboarding.models import HandOver
from onboarding.services import hand_over_mail as mail
from onboarding.services.hand_over_contents import Credential
from onboarding.states import HAND_OVERS, HandOverState
from portal.accounts import rules
from portal.accounts.models import User
from portal.accounts.services import passwords
from portal.audit import services as audit
from portal.core import clock
from portal.core.errors import Conflict, DomainError, FieldProblem, Forbidden, Invalid
from portal.vault import services as vault
from portal.vault.errors import Destroyed, VaultError

log = logging.getLogger(__name__)

ANSWERED_AGAIN = timedelta(seconds=120)
_SHORTEST_CLAIM_KEY = 32
_LONGEST_CLAIM_KEY = 128
_SEEN = (HandOverState.REVEALED, HandOverState.ACKNOWLEDGED)


def reveal(hand_over: HandOver, *, password: str, claim_key: str, by: User) -> list[Credential]:
    """Return the credentials, once. `claim_key` is 256 random bits that the browser made for this one reveal.

    Raises `Forbidden` for anybody but the recipient, `Invalid` for the password or the key, `TooMany` after five wrong
    passwords in ten minutes, `Conflict` when it is not released, is over, no longer all true or not looked at in time, or
    revealed already: that last one is recorded and told to both sides.
    """
    if by.pk != hand_over.recipient_id or not rules.may_receive_hand_over(by, hand_over.customer):
        _refuse_stranger(hand_over, by)
    claim = _claim_digest(claim_key)
    hand_over = _fresh(hand_over)
    if hand_over.state in _SEEN and not _is_same_claim(hand_over, claim):
        _refuse_second(hand_over, by)
    _confirm(hand_over, password, by)
    if hand_over.state in _SEEN:
        return _open(hand_over, by, first=False)
    hand_over, first = _claim(hand_over, claim, by)
    return _open(hand_over, by, first=first)


def _confirm(hand_over: HandOver, password: str, by: User) -> None:
    try:
        passwords.confirm(by, password=password)
    except DomainError as error:
        with transaction.atomic():
            after = {"why": error.code}
            audit.record("hand_over.password_refused", hand_over, by=by, customer=hand_over.customer, after=after)
        raise


def _claim(hand_over: HandOver, claim: str, by: User) -> tuple[HandOver, bool]:
    now = clock.now()
    with transaction.atomic():
        state = HAND_OVERS.after(hand_over.state, "reveal")
        _require_open(hand_over)
        due = HandOver.objects.filter(pk=hand_over.pk, state=HandOverState.RELEASED, expires_at__gt=now)
        won = due.update(state=state, revealed_at=now, claim_digest=claim)
        if won:
            _record(hand_over, by)
    hand_over = _fresh(hand_over)
    if not won and not _is_same_claim(hand_over, claim):
        _refuse_second(hand_over, by)
    return hand_over, bool(won)


def _require_open(hand_over: HandOver) -> None:
    if hand_over.expires_at is None or hand_over.expires_at <= clock.now():
        raise Conflict("These credentials were not revealed in time.", remedy="Ask for a new hand-over.")
    if not environments.hand_over_ready(hand_over.environment):
        raise Conflict(
            f"An item of the checklist of {hand_over.environment} is no longer true, so nothing is revealed.",
            remedy="Open the checklist to see which. Reveal again once all items are true.",
        )
    age.require_looked_at(hand_over.environment, then="The credentials can be revealed")


def _record(hand_over: HandOver, by: User) -> None:
    before, after = {"state": HandOverState.RELEASED}, {"state": HandOverState.REVEALED}
    audit.record("hand_over.revealed", hand_over, by=by, customer=hand_over.customer, before=before, after=after)
    mail.revealed(hand_over)
    environment_changed.send(sender=HandOver, environment=hand_over.environment)


def _open(hand_over: HandOver, by: User, *, first: bool) -> list[Credential]:
    if hand_over.secret is None:
        raise _gone()
    try:
        opened: list[Credential] = json.loads(vault.unseal(hand_over.secret))
    except Destroyed:
        raise _gone() from None
    except VaultError as error:
        if first:
            _give_back(hand_over, by, error)
        raise Conflict(
            "The credentials could not be opened.", remedy="Try again in some minutes, or ask for a new hand-over."
        ) from error
    return opened


def _gone() -> Conflict:
    return Conflict("The sealed copy of these credentials was destroyed.", remedy="Ask for a new hand-over.")


def _give_back(hand_over: HandOver, by: User, error: VaultError) -> None:
    """Nothing was shown, so nothing was revealed: the hand-over waits for its recipient again."""
    log.error("sealed credentials do not open", extra={"error": type(error).__name__})
    with transaction.atomic():
        rows = HandOver.objects.filter(pk=hand_over.pk, state=HandOverState.REVEALED)
        rows.update(state=HandOverState.RELEASED, revealed_at=None, claim_digest="")
        after = {"error": type(error).__name__}
        audit.record("hand_over.reveal_failed", hand_over, by=by, customer=hand_over.customer, after=after)


def _refuse_stranger(hand_over: HandOver, by: User) -> NoReturn:
    with transaction.atomic():
        audit.record("hand_over.reveal_refused", hand_over, by=by, customer=hand_over.customer)
    raise Forbidden(f"Only {hand_over.recipient} can reveal these credentials.")


def _refuse_second(hand_over: HandOver, by: User) -> NoReturn:
    """Record the attempt, tell both sides, and say who revealed it and when."""
    if hand_over.state not in _SEEN:
        raise Conflict(f"This hand-over is {hand_over.get_state_display().lower()}.", remedy="Ask for a new one.")
    with transaction.atomic():
        audit.record("hand_over.second_reveal_refused", hand_over, by=by, customer=hand_over.customer)
        mail.second_reveal(hand_over, by=by, at=clock.now())
    raise Conflict(
        f"Already revealed by {hand_over.recipient} on {hand_over.revealed_at:%-d %B %Y at %H:%M UTC}.",
        code="already_revealed",
        remedy="Ask for a new one.",
    )


def _is_same_claim(hand_over: HandOver, claim: str) -> bool:
    """True for the browser that won, within two minutes and before it said that the credentials are stored."""
    if hand_over.state != HandOverState.REVEALED or hand_over.revealed_at is None:
        return False
    in_time = clock.now() <= hand_over.revealed_at + ANSWERED_AGAIN
    return in_time and hmac.compare_digest(hand_over.claim_digest, claim)


def _claim_digest(claim_key: str) -> str:
    if not _SHORTEST_CLAIM_KEY <= len(claim_key) <= _LONGEST_CLAIM_KEY:
        message = f"Claim key must be {_SHORTEST_CLAIM_KEY} to {_LONGEST_CLAIM_KEY} random characters"
        raise Invalid([FieldProblem("claim_key", message)])
    return hashlib.sha256(claim_key.encode()).hexdigest()


def _fresh(hand_over: HandOver) -> HandOver:
    people = ("environment", "customer", "recipient", "requested_by", "released_by", "secret")
    return HandOver.objects.select_related(*people).get(pk=hand_over.pk)
