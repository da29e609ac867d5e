"""What every state of the domain looks like: a hue, a shape and a word. The word carries it, the rest helps the eye.

The states belong to apps that this one must not know, so the table repeats their values; a test holds it against them.
Some values mean different things of different objects (a plan is `requested`, and so is a hand-over): those have an entry
per kind of object, and a plain one for where the kind is not known.
"""

from dataclasses import dataclass
from typing import Any

IDLE, WORK, YOU, STOP, DONE = "idle", "work", "you", "stop", "done"
HUES = (IDLE, WORK, YOU, STOP, DONE)


@dataclass(frozen=True, slots=True)
class Look:
    hue: str
    shape: str
    word: str


LOOKS: dict[str, Look] = {
    # Stages of an onboarding.
    "intake": Look(YOU, "half", "Intake"),
    "review": Look(WORK, "clock", "Review"),
    "provisioning": Look(WORK, "arc", "Provisioning"),
    "verification": Look(WORK, "arc", "Verification"),
    "handover": Look(WORK, "clock", "Hand-over"),
    "live": Look(DONE, "check", "Live"),
    "cancelled": Look(IDLE, "dash", "Cancelled"),
    # Sections and their reviews.
    "empty": Look(IDLE, "ring", "Not started"),
    "draft": Look(WORK, "half", "Draft"),
    "submitted": Look(WORK, "clock", "Submitted"),
    "changes_requested": Look(YOU, "diamond", "Changes requested"),
    "approved": Look(DONE, "check", "Approved"),
    # Plans, runs and their steps.
    "requested": Look(WORK, "clock", "Requested"),
    "ready": Look(DONE, "check", "Ready"),
    "blocked": Look(STOP, "octagon", "Blocked"),
    "superseded": Look(IDLE, "dash", "Out of date"),
    "queued": Look(WORK, "clock", "Queued"),
    "pending": Look(IDLE, "ring", "Not started"),
    "running": Look(WORK, "arc", "Running"),
    "waiting": Look(YOU, "clock", "Waiting"),
    "paused": Look(YOU, "half", "Paused"),
    "failed": Look(STOP, "octagon", "Stopped"),
    "finished": Look(DONE, "check", "Finished"),
    # Hand-overs.
    "released": Look(YOU, "diamond", "Released"),
    "revealed": Look(WORK, "half", "Revealed"),
    "acknowledged": Look(DONE, "check", "Acknowledged"),
    "withdrawn": Look(IDLE, "dash", "Withdrawn"),
    "expired": Look(STOP, "octagon", "Expired"),
    # Checklist items and AWS calls.
    "open": Look(IDLE, "ring", "Open"),
    "signed": Look(YOU, "half", "Signed, waits for a second person"),
    "green": Look(DONE, "check", "True"),
    "red": Look(STOP, "octagon", "No longer true"),
    "intent": Look(YOU, "triangle", "Outcome unknown"),
    "ok": Look(DONE, "check", "OK"),
    "error": Look(STOP, "octagon", "Refused"),
    # What stands in AWS, against what is approved.
    "as_approved": Look(DONE, "check", "As approved"),
    "drifted": Look(YOU, "triangle", "Drifted"),
    "torn_down": Look(IDLE, "dash", "Torn down"),
    # Connections of the topology.
    "planned": Look(IDLE, "ring", "Planned"),
    "verified": Look(DONE, "check", "Verified"),
    "failing": Look(STOP, "octagon", "Failing"),
    # Invitations and tokens.
    "accepted": Look(DONE, "check", "Accepted"),
    "revoked": Look(IDLE, "dash", "Revoked"),
    "active": Look(DONE, "check", "Active"),
    # Clocks and dependencies.
    "overdue": Look(STOP, "octagon", "Overdue"),
    "due_soon": Look(YOU, "triangle", "Due soon"),
    "locked": Look(IDLE, "lock", "Cannot start yet"),
    "not_needed": Look(IDLE, "dash", "Not needed"),
}
LOOKS_OF: dict[tuple[str, str], Look] = {
    ("checklisttemplate", "published"): Look(DONE, "check", "Published"),
    ("customeraction", "open"): Look(YOU, "diamond", "For the customer"),
    ("customeraction", "done"): Look(DONE, "check", "Done"),
    ("customeraction", "rejected"): Look(STOP, "octagon", "Rejected"),
    ("customeraction", "withdrawn"): Look(IDLE, "dash", "No longer asked for"),
    ("plan", "requested"): Look(WORK, "arc", "Being computed"),
    ("plan", "ready"): Look(YOU, "diamond", "Ready for approval"),
    ("run", "failed"): Look(STOP, "octagon", "Stopped at a step"),
    ("runstep", "ready"): Look(DONE, "check", "Done"),
    ("check", "ok"): Look(DONE, "check", "Checked"),
    ("check", "warning"): Look(YOU, "triangle", "Look at this"),
    ("check", "failed"): Look(STOP, "octagon", "Does not work"),
    ("check", "private"): Look(YOU, "diamond", "You check this"),
    ("check", "waiting"): Look(YOU, "clock", "Waits for your role"),
    ("check", "unknown"): Look(YOU, "triangle", "Could not be checked"),
    ("check", "confirmed"): Look(DONE, "check", "Confirmed by a person"),
    ("check", "not_checked"): Look(IDLE, "ring", "Not checked yet"),
    ("check", "out_of_date"): Look(IDLE, "dash", "Out of date"),
    ("check", "running"): Look(WORK, "arc", "Checking"),
    ("check", "queued"): Look(WORK, "clock", "Checking soon"),
    ("check", "done"): Look(DONE, "check", "Done"),
    ("handover", "requested"): Look(WORK, "clock", "Waiting for the second approval"),
    ("servicerequest", "open"): Look(YOU, "diamond", "Open"),
    ("servicerequest", "in_progress"): Look(WORK, "arc", "In progress"),
    ("servicerequest", "done"): Look(DONE, "check", "Done"),
    ("servicerequest", "declined"): Look(IDLE, "dash", "Declined"),
    ("servicerequest", "routed"): Look(WORK, "half", "Routed to Support"),
    ("decision", "proposed"): Look(YOU, "diamond", "Proposed"),
    ("decision", "agreed"): Look(DONE, "check", "Agreed"),
    ("decision", "declined"): Look(STOP, "octagon", "Declined"),
    ("decision", "superseded"): Look(IDLE, "dash", "Superseded"),
}
_KINDS = {"step": "runstep", "hand_over": "handover", "hand-over": "handover"}


def look(state: Any, of: str = "") -> Look:
    """Return how a state looks. `state` is its value, or the object that is in it; `of` names the kind of object.

    A value that nobody declared looks idle and is shown as it is: an unknown word is better than a page that breaks.
    """
    if hasattr(state, "_meta"):
        return look(getattr(state, "state", None) or state.stage, state._meta.model_name)
    value = str(getattr(state, "value", state))
    kind = _KINDS.get(of, of)
    found = LOOKS_OF.get((kind, value)) or LOOKS.get(value)
    return found or Look(IDLE, "ring", value.replace("_", " ").capitalize() or "Not started")
