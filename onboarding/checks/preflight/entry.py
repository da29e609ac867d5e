"""The role lets us into the account that is stated, and nobody who does not know our external ID."""

from environments.provisioning.messages import NO_CREDENTIALS
from environments.provisioning.ports import Account, CallFailed, Failure
from onboarding.checks.definition import NotYet
from portal.probes.outcome import Outcome, Verdict


def lets_in(account: Account) -> Outcome:
    try:
        me = account.read("sts", "get_caller_identity")
        admits_anybody = account.admits_without_external_id()
    except CallFailed as failed:
        ours = failed.code == NO_CREDENTIALS  # nothing that the customer could mend
        if ours or failed.failure not in (Failure.DENIED, Failure.MISSING):
            raise
        raise NotYet(
            f"The role in account {account.account_id} does not let us in yet.",
            "Deploy the template of our roles in this account, with CloudFormation. We look again by ourselves.",
        ) from failed
    if me["Account"] != account.account_id:
        return Outcome(
            Verdict.FAILED,
            f"The role leads to account {me['Account']}, not to {account.account_id}.",
            "Correct the account ID, or deploy the template in the account that you stated.",
        )
    if admits_anybody:
        return Outcome(
            Verdict.WARNING,
            "The role lets us in without the external ID, so it would let others in on our behalf.",
            "Deploy the template again: its trust policy has the condition sts:ExternalId. No run starts before.",
        )
    return Outcome(
        Verdict.OK,
        f"The role lets us into account {account.account_id}, with our external ID only.",
        facts={"account": account.account_id},
    )
