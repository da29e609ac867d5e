"""Firehose: delivery streams, which take a while to come."""

from typing import Any

from environments.provisioning.ports import Failure
from tests.fakes.cloud import Call, answers, refuse


def _stream(call: Call, name: str) -> dict[str, Any]:
    return call.row("stream", name, "ResourceNotFoundException")


@answers("firehose.create_delivery_stream")
def create(call: Call, *, DeliveryStreamName: str, ExtendedS3DestinationConfiguration: Any, **_: Any) -> Any:
    if DeliveryStreamName in call.table("stream"):
        raise refuse(Failure.CONFLICT, "ResourceInUseException", call.operation)
    arn = f"arn:aws:firehose:{call.region}:{call.account_id}:deliverystream/{DeliveryStreamName}"
    stream = {
        "DeliveryStreamName": DeliveryStreamName,
        "DeliveryStreamARN": arn,
        "DeliveryStreamStatus": "CREATING",
        "VersionId": "1",
        "Destinations": [
            {"DestinationId": "d-1", "ExtendedS3DestinationDescription": ExtendedS3DestinationConfiguration}
        ],
        "_made_at": call.cloud.now,
    }
    call.add("stream", DeliveryStreamName, stream)
    return {"DeliveryStreamARN": arn}


@answers("firehose.describe_delivery_stream")
def describe(call: Call, *, DeliveryStreamName: str) -> Any:
    stream = _stream(call, DeliveryStreamName)
    if stream["DeliveryStreamStatus"] == "CREATING" and call.cloud.now > stream["_made_at"]:
        stream["DeliveryStreamStatus"] = "ACTIVE"
    return {"DeliveryStreamDescription": stream}


@answers("firehose.update_destination")
def update_destination(
    call: Call,
    *,
    DeliveryStreamName: str,
    CurrentDeliveryStreamVersionId: str,
    DestinationId: str,
    ExtendedS3DestinationUpdate: Any,
) -> Any:
    stream = _stream(call, DeliveryStreamName)
    if stream["VersionId"] != CurrentDeliveryStreamVersionId:
        raise refuse(Failure.REFUSED, "ConcurrentModificationException", call.operation)
    stream["VersionId"] = str(int(stream["VersionId"]) + 1)
    stream["Destinations"] = [
        {"DestinationId": DestinationId, "ExtendedS3DestinationDescription": ExtendedS3DestinationUpdate}
    ]
    return {}


@answers("firehose.delete_delivery_stream")
def delete(call: Call, *, DeliveryStreamName: str) -> Any:
    _stream(call, DeliveryStreamName)
    del call.table("stream")[DeliveryStreamName]
    return {}
