"""ACM: certificates that are issued once the customer has published their record, and time out after 72 hours."""

from datetime import timedelta
from typing import Any

from environments.provisioning.ports import Failure
from tests.fakes.cloud import Call, Cloud, answers, refuse, when_people_act

Row = dict[str, Any]

_TIMES_OUT, _RECORD = timedelta(hours=72), timedelta(seconds=2)


@when_people_act
def publish_records(cloud: Cloud) -> None:
    """Publish the record of every certificate that waits."""
    for row in cloud.rows("acm", "certificate"):
        if row["Status"] == "PENDING_VALIDATION":
            row["Status"] = "ISSUED"


def _certificates(call: Call) -> dict[str, Row]:
    """Return the certificates in the state that they have by now."""
    table = call.table("certificate")
    for row in table.values():
        if row["Status"] == "PENDING_VALIDATION" and call.cloud.now - row["CreatedAt"] >= _TIMES_OUT:
            row["Status"], row["_dead"] = "VALIDATION_TIMED_OUT", True
    return table


def _certificate(call: Call, arn: str) -> Row:
    _certificates(call)
    return call.row("certificate", arn, "ResourceNotFoundException")


def _in_use(call: Call, arn: str) -> bool:
    listeners = call.cloud.rows("elbv2", "listener", call.account_id)
    return any(arn in [one["CertificateArn"] for one in row.get("Certificates", ())] for row in listeners)


@answers("acm.request_certificate")
def request_certificate(call: Call, *, DomainName: str, IdempotencyToken: str, Tags: Any = None, **_: Any) -> Any:
    def make() -> str:
        arn = f"arn:aws:acm:{call.region}:{call.account_id}:certificate/{call.new_id('')}"
        status = {"Status": "PENDING_VALIDATION", "CreatedAt": call.cloud.now}
        call.add("certificate", arn, {"CertificateArn": arn, "DomainName": DomainName, "Tags": Tags or [], **status})
        return arn

    return {"CertificateArn": call.once(IdempotencyToken, make)}


@answers("acm.list_certificates")
def list_certificates(call: Call) -> Any:
    rows = [{**row, "InUse": _in_use(call, arn)} for arn, row in _certificates(call).items()]
    return {"CertificateSummaryList": rows}


@answers("acm.list_tags_for_certificate")
def list_tags_for_certificate(call: Call, *, CertificateArn: str) -> Any:
    return {"Tags": _certificate(call, CertificateArn)["Tags"]}


@answers("acm.describe_certificate")
def describe_certificate(call: Call, *, CertificateArn: str) -> Any:
    row = _certificate(call, CertificateArn)
    domain = row["DomainName"].removeprefix("*.")
    record = {"Name": f"_name.{domain}.", "Type": "CNAME", "Value": "_value.acm-validations.aws."}
    known = call.cloud.now - row["CreatedAt"] >= _RECORD
    option = {"DomainName": row["DomainName"], **({"ResourceRecord": record} if known else {})}
    return {"Certificate": {**row, "DomainValidationOptions": [option]}}


@answers("acm.delete_certificate")
def delete_certificate(call: Call, *, CertificateArn: str) -> Any:
    _certificate(call, CertificateArn)
    if _in_use(call, CertificateArn):
        raise refuse(Failure.CONFLICT, "ResourceInUseException", call.operation)
    del call.table("certificate")[CertificateArn]
    return {}
