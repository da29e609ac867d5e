"""AWS errors as sentences with a remedy."""

from datetime import datetime

from environments.provisioning.ports import CallFailed, Failure
from environments.provisioning.step import StepRefused

NO_CREDENTIALS = "NoCredentialsError"

_BY_CODE: dict[str, tuple[str, str]] = {
    NO_CREDENTIALS: (
        "The portal's worker has no AWS credentials.",
        "Give the worker the credentials of the provider's account, then retry this step.",
    ),
    "InvalidVpcID.NotFound": (
        "The VPC does not exist in the stated account and Region.",
        "Check VPC ID, account ID and Region in the remote access section, correct them and have them approved again.",
    ),
    "VpcPeeringConnectionAlreadyExists": (
        "These two VPCs are already peered.",
        "Look at the existing peering in the VPC console; delete it if it is a leftover, then retry this step.",
    ),
    "DependencyViolation": (
        "Something else still uses it, so AWS does not delete it: {message}",
        "Look in the AWS console what is left in it and remove that, then retry this step.",
    ),
    "RouteAlreadyExists": (
        "A route to this range already exists.",
        "Ask who owns the existing route; remove it or use another range, then retry this step.",
    ),
    "BucketAlreadyExists": (
        "A bucket of this name belongs to another account.",
        "Bucket names are global. Ask operations to change the name prefix, then make a new plan.",
    ),
}

_NO_CAPACITY = (
    "AWS has no room for this just now: {message}",
    "Retry this step later; what stands already stays. Where AWS goes on saying so, another size or zone is needed: ask "
    "operations for it.",
)
_BY_FAILURE: dict[Failure, tuple[str, str]] = {
    Failure.DENIED: (
        "AWS denied {operation}: the role may not do this.",
        "Have the customer deploy the current template, under Actions, which has every permission, then retry this step.",
    ),
    Failure.QUOTA: (
        "An AWS quota is used up: {message}",
        "Ask AWS to raise the quota under Service Quotas, then retry this step.",
    ),
    Failure.MISSING: (
        "{operation} did not find what it needs: {message}",
        "Check that it was not deleted by hand, then retry this step.",
    ),
    Failure.CONFLICT: (
        "{operation} meets something that is already there: {message}",
        "Look at the existing object; adopt or remove it, then retry this step.",
    ),
    Failure.NOT_SIMULATED: (
        "The AWS stand-in cannot do {operation}.",
        "This works on AWS only. Ask operations how to continue here.",
    ),
    Failure.UNKNOWN: (
        "AWS gave no clear answer to {operation} many times in a row, so it may or may not have taken effect: {message}",
        "Look at the AWS Health Dashboard, then retry this step: whether it took effect is looked at before it is made again.",
    ),
    Failure.RETRYABLE: (
        "AWS did not answer {operation} in many tries.",
        "Look at the AWS Health Dashboard, then retry this step.",
    ),
}
_OTHERWISE = (
    "AWS refused {operation}: {message}",
    "Read AWS's own words above, mend the cause, then retry this step.",
)


def explain(failed: CallFailed) -> dict[str, str]:
    """Return `code`, `message` and `remedy` of a failed call, fit for the run's page."""
    known = _NO_CAPACITY if _lacks_capacity(failed.code) else _BY_CODE.get(failed.code)
    message, remedy = known or _BY_FAILURE.get(failed.failure) or _OTHERWISE
    words = {"operation": failed.operation or "the call", "message": failed.message or failed.code}
    return {"code": failed.code, "message": message.format(**words), "remedy": remedy}


def _lacks_capacity(code: str) -> bool:
    """Machines, volumes and databases have a code of their own each: InsufficientInstanceCapacity, and so on."""
    return code.startswith("Insufficient") and "Capacity" in code


def refusal(refused: StepRefused) -> dict[str, str]:
    return {"code": refused.code, "message": refused.message, "remedy": refused.remedy}


def overdue(reason: str, give_up_at: datetime) -> dict[str, str]:
    """Explain a wait that went on past its deadline."""
    message = f"The time ran out at {give_up_at:%d %B %Y %H:%M} UTC. It waited for this: {reason}"
    remedy = "Agree on who acts and when, then retry this step."
    return {"code": "overdue", "message": message, "remedy": remedy}


def defect(error: Exception) -> dict[str, str]:
    """Explain an error that no rule of ours foresees. Only its kind is told: its text may hold anything."""
    message = f"The portal met something that it was not written for ({type(error).__name__})."
    remedy = "Nothing that stands is lost. Look at the worker's log, then retry this step."
    return {"code": "defect", "message": message, "remedy": remedy}
