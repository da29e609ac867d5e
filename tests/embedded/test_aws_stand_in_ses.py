"""The identities that mail is sent from."""

from typing import Any

import pytest
from botocore.exceptions import ClientError

from portal.embedded.aws_stand_in.accounts import CUSTOMER_ACCOUNTS
from tests.aws import RunningStandIn, code_of

NORTHWIND = CUSTOMER_ACCOUNTS[0]

DOMAIN = "northwind.example"


@pytest.fixture
def ses(stand_in: RunningStandIn) -> Any:
    return stand_in.customer(NORTHWIND, "sesv2")


def tokens(identity: dict[str, Any]) -> set[str]:
    return set(identity["DkimAttributes"]["Tokens"])


def test_a_domain_has_three_tokens_of_its_own(stand_in: RunningStandIn, ses: Any) -> None:
    made = ses.create_email_identity(EmailIdentity=DOMAIN)
    other = ses.create_email_identity(EmailIdentity="other.example")

    assert len(tokens(made)) == 3
    assert not tokens(made) & tokens(other)
    assert tokens(ses.get_email_identity(EmailIdentity=DOMAIN)) == tokens(made)
    v1 = stand_in.customer(NORTHWIND, "ses").get_identity_dkim_attributes(Identities=[DOMAIN])["DkimAttributes"][DOMAIN]
    assert set(v1["DkimTokens"]) == tokens(made)
    assert v1["DkimVerificationStatus"] == "Pending"


def test_a_domain_waits_until_its_records_are_published(stand_in: RunningStandIn, ses: Any) -> None:
    made = ses.create_email_identity(EmailIdentity=DOMAIN)
    assert made["DkimAttributes"]["Status"] == "PENDING"
    assert made["VerifiedForSendingStatus"] is False

    stand_in.dns_is_published("elsewhere.example")
    assert ses.get_email_identity(EmailIdentity=DOMAIN)["VerificationStatus"] == "PENDING"

    stand_in.dns_is_published(DOMAIN)
    seen = ses.get_email_identity(EmailIdentity=DOMAIN)
    assert (seen["DkimAttributes"]["Status"], seen["VerificationStatus"]) == ("SUCCESS", "SUCCESS")
    assert seen["VerifiedForSendingStatus"] is True


def test_an_identity_is_not_made_twice(ses: Any) -> None:
    first = ses.create_email_identity(EmailIdentity=DOMAIN)

    with pytest.raises(ClientError) as refusal:
        ses.create_email_identity(EmailIdentity=DOMAIN)

    assert code_of(refusal) == "AlreadyExistsException"
    assert tokens(ses.get_email_identity(EmailIdentity=DOMAIN)) == tokens(first)


def test_a_mail_from_domain_waits_too(stand_in: RunningStandIn, ses: Any) -> None:
    ses.create_email_identity(EmailIdentity=DOMAIN)
    given = {"MailFromDomain": f"mail.{DOMAIN}", "BehaviorOnMxFailure": "REJECT_MESSAGE"}
    ses.put_email_identity_mail_from_attributes(EmailIdentity=DOMAIN, **given)
    assert ses.get_email_identity(EmailIdentity=DOMAIN)["MailFromAttributes"] == given | {
        "MailFromDomainStatus": "PENDING"
    }

    stand_in.dns_is_published(f"mail.{DOMAIN}")
    ses.put_email_identity_mail_from_attributes(EmailIdentity=DOMAIN, **given)

    seen = ses.get_email_identity(EmailIdentity=DOMAIN)
    assert seen["MailFromAttributes"]["MailFromDomainStatus"] == "SUCCESS"
    assert seen["VerificationStatus"] == "PENDING"


def test_a_mail_from_domain_is_the_identitys(ses: Any) -> None:
    ses.create_email_identity(EmailIdentity=DOMAIN)

    with pytest.raises(ClientError) as refusal:
        ses.put_email_identity_mail_from_attributes(EmailIdentity=DOMAIN, MailFromDomain="mail.elsewhere.example")

    assert code_of(refusal) == "BadRequestException"


def test_an_unknown_identity_has_no_mail_from(ses: Any) -> None:
    with pytest.raises(ClientError) as refusal:
        ses.put_email_identity_mail_from_attributes(EmailIdentity=DOMAIN, MailFromDomain=f"mail.{DOMAIN}")

    assert code_of(refusal) == "NotFoundException"


def test_a_deleted_domain_leaves_no_mail_from(ses: Any) -> None:
    ses.create_email_identity(EmailIdentity=DOMAIN)
    ses.put_email_identity_mail_from_attributes(EmailIdentity=DOMAIN, MailFromDomain=f"mail.{DOMAIN}")
    ses.delete_email_identity(EmailIdentity=DOMAIN)
    ses.create_email_identity(EmailIdentity=DOMAIN)

    assert "MailFromAttributes" not in ses.get_email_identity(EmailIdentity=DOMAIN)


def test_an_account_starts_in_the_sandbox(ses: Any) -> None:
    assert ses.get_account()["ProductionAccessEnabled"] is False
