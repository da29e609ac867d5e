"""SES: identities, verified as soon as the customer has published what they ask for."""

from typing import Any

from environments.provisioning.ports import Failure
from environments.provisioning.steps.mail_identity import Record, records
from tests.fakes.cloud import Call, Cloud, answers, refuse, when_people_act
from tests.fakes.names import PublicDns

Row = dict[str, Any]


@when_people_act
def publish_mail_records(cloud: Cloud) -> None:
    """The customer publishes whatever any identity asks for."""
    for row in cloud.rows("sesv2", "identity"):
        PublicDns(cloud).publish(*_needed(row))


def _needed(row: Row) -> list[Record]:
    return records(row["name"], row["mail_from"], row["region"], {"Tokens": row["tokens"]})


def _shown(call: Call, row: Row) -> Row:
    dns, needed = PublicDns(call.cloud), _needed(row)
    dkim, mail_from = (
        "SUCCESS" if all(dns.lookup(one.name, one.type) for one in some) else "PENDING"
        for some in (needed[:3], needed[3:])
    )
    return {
        "DkimAttributes": {
            "SigningEnabled": row["signs"],
            "Status": row.get("dkim_status", dkim),
            "Tokens": row["tokens"],
        },
        "MailFromAttributes": {
            "MailFromDomain": row["mail_from"],
            "MailFromDomainStatus": row.get("mail_from_status", mail_from),
        },
        "Tags": [{"Key": key, "Value": value} for key, value in row["tags"].items()],
    }


def _row(call: Call, name: str) -> Row:
    return call.row("identity", name, "NotFoundException")


@answers("sesv2.get_email_identity")
def get(call: Call, *, EmailIdentity: str) -> Any:
    return _shown(call, _row(call, EmailIdentity))


@answers("sesv2.create_email_identity")
def create(call: Call, *, EmailIdentity: str, Tags: Any) -> Any:
    if EmailIdentity in call.table("identity"):
        raise refuse(Failure.CONFLICT, "AlreadyExistsException", call.operation)
    row = {
        "name": EmailIdentity,
        "region": call.region,
        "tokens": [call.new_id("token") for _ in range(3)],
        "signs": True,
        "mail_from": "",
        "tags": {tag["Key"]: tag["Value"] for tag in Tags},
    }
    return _shown(call, call.add("identity", EmailIdentity, row))


@answers("sesv2.put_email_identity_mail_from_attributes")
def put_mail_from(call: Call, *, EmailIdentity: str, MailFromDomain: str, BehaviorOnMxFailure: str) -> Any:
    row = _row(call, EmailIdentity)
    row["mail_from"] = MailFromDomain
    row.pop("mail_from_status", None)
    return {}


@answers("sesv2.put_email_identity_dkim_attributes")
def put_dkim(call: Call, *, EmailIdentity: str, SigningEnabled: bool) -> Any:
    _row(call, EmailIdentity)["signs"] = SigningEnabled
    return {}


@answers("sesv2.tag_resource")
def tag(call: Call, *, ResourceArn: str, Tags: Any) -> Any:
    _row(call, ResourceArn.rpartition("/")[2])["tags"].update({tag["Key"]: tag["Value"] for tag in Tags})
    return {}


@answers("sesv2.untag_resource")
def untag(call: Call, *, ResourceArn: str, TagKeys: list[str]) -> Any:
    tags = _row(call, ResourceArn.rpartition("/")[2])["tags"]
    for key in TagKeys:
        tags.pop(key, None)
    return {}


@answers("sesv2.delete_email_identity")
def delete(call: Call, *, EmailIdentity: str) -> Any:
    _row(call, EmailIdentity)
    return call.table("identity").pop(EmailIdentity) and {}
