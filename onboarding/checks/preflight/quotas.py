"""The account has room for what provisioning would create."""

from collections.abc import Mapping

from environments.provisioning import quotas
from environments.provisioning.collection import at_once
from environments.provisioning.ports import Account, CallFailed, Failure
from environments.provisioning.quotas import QUOTAS, Use
from onboarding.checks.preflight.words import counted, listed
from portal.probes.outcome import Outcome, Verdict


def leave_room(account: Account, needed: Mapping[str, int], vpc_id: str = "") -> Outcome:
    """`needed`: how much of each quota, by `service/code`. `vpc_id`: where the customer has a VPC already. A quota that cannot
    be read is named."""
    codes = [code for code in QUOTAS if needed.get(code)]
    uses = dict(zip(codes, at_once(lambda code: _use(account, code, vpc_id), codes), strict=True))
    read = {code: found for code, found in uses.items() if found is not None}
    short = [_sentence(found, needed[code]) for code, found in read.items() if found.left < needed[code]]
    facts = {f"{found.name}, left": found.left for found in read.values()}
    if short:
        return Outcome(
            Verdict.FAILED,
            f"{' '.join(short)} This is in {account.region}.",
            "Remove what is not in use, or ask AWS to raise it under Service Quotas in this account, where AWS does. Raising "
            "takes days.",
            facts,
        )
    if unread := [QUOTAS[code].name for code in codes if uses[code] is None]:
        return Outcome(
            Verdict.WARNING,
            f"{counted(len(unread), 'quota')} could not be read: {listed(unread)}.",
            "Look under Service Quotas in this account whether there is room.",
            facts,
        )
    return Outcome(
        Verdict.OK, f"{counted(len(read), 'quota')} in {account.region} leave room for this environment.", facts=facts
    )


def _use(account: Account, code: str, vpc_id: str) -> Use | None:
    """Return None where AWS does not say; a denied or lost call is no such answer."""
    try:
        return quotas.use(account, code, vpc_id)
    except CallFailed as failed:
        if failed.failure in (Failure.DENIED, Failure.RETRYABLE):
            raise
        return None


def _sentence(found: Use, needed: int) -> str:
    return f"{found.name}: {found.left} of {found.limit} left, {needed} needed."
