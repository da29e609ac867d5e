"""Every cause for which somebody is waited for: who, what they have to do, and what happens next by itself.

The words are completed by `waiting.py`. An empty owner says that nobody has to act; None that the facts name the owner. A test
walks every combination of states and finds none without its cause, and no cause that no state has.
"""

from __future__ import annotations

from dataclasses import dataclass

from environments.states import Owner

NOBODY = ""


@dataclass(frozen=True, slots=True)
class Cause:
    """`then` is what happens next by itself; empty where nothing does before somebody acts. `stops`: something went wrong,
    which comes before everything that merely waits."""

    owner: str | None
    words: str
    then: str = ""
    stops: bool = False


CAUSES = {
    # The intake and its review.
    "intake.not_started": Cause(Owner.CUSTOMER, "answer the intake, of which nothing is begun"),
    "intake.answering": Cause(Owner.CUSTOMER, "answer and submit {sections}"),
    "intake.changes_requested": Cause(Owner.CUSTOMER, "change what the reviewers asked for in {sections}"),
    "review.waiting": Cause(Owner.PROVIDER, "review {sections}", "the reviewers are reminded"),
    "review.reminded": Cause(
        Owner.PROVIDER, "review {sections}, of which the reviewers were reminded", "the account manager is told"
    ),
    "review.overdue": Cause(Owner.PROVIDER, "review {sections}, as the account manager was told"),
    # Plans.
    "plan.missing": Cause(Owner.PROVIDER, "make a plan for {environment}"),
    "plan.requested": Cause(Owner.PROVIDER, "compute the plan for {environment}", "the plan is ready within minutes"),
    "plan.ready": Cause(Owner.PROVIDER, "approve the plan for {environment}"),
    "plan.blocked": Cause(Owner.PROVIDER, "clear what stands in the way of the plan for {environment}", stops=True),
    # Runs and their steps.
    "run.queued": Cause(Owner.PROVIDER, "{work} {environment}", "a worker takes it up"),
    "run.running": Cause(Owner.PROVIDER, "{work} {environment}", "the next step begins by itself"),
    "run.waiting": Cause(Owner.PROVIDER, "{work} {environment}", "the run goes on by itself"),
    "run.paused": Cause(Owner.PROVIDER, "resume the run of {environment}, which is paused{note}", stops=True),
    "run.stopped": Cause(Owner.PROVIDER, "mend the run of {environment}, which stopped", stops=True),
    "step.stopped": Cause(Owner.PROVIDER, "mend “{step}” of {environment}, which stopped", stops=True),
    "step.customer_stopped": Cause(Owner.CUSTOMER, "settle what stopped “{step}” of {environment}: {reason}"),
    "step.customer": Cause(Owner.CUSTOMER, "{environment}: {reason}", "the portal looks again"),
    "step.customer_until": Cause(Owner.CUSTOMER, "{environment}: {reason}", "the wait ends and the step stops"),
    "step.provider": Cause(Owner.PROVIDER, "{environment}: {reason}", "the portal looks again"),
    "step.aws": Cause(Owner.AWS, "{environment}: {reason}", "the portal looks again"),
    # Environments, and what must be true of them.
    "environment.missing": Cause(Owner.PROVIDER, "set up an environment: the approved answers name none"),
    "environment.no_production": Cause(
        Owner.PROVIDER, "agree with {customer} on a production environment: only that is handed over"
    ),
    "environment.torn_down": Cause(Owner.PROVIDER, "plan {environment} anew: it was taken away"),
    "environment.stands": Cause(NOBODY, "{environment} stands"),
    "environment.handed_over": Cause(NOBODY, "{environment} is handed over"),
    "items.none": Cause(Owner.PROVIDER, "give {environment} its checklist"),
    "items.red": Cause(None, "make {items} of {environment} true again", "a check looks again", stops=True),
    "items.open": Cause(None, "make {items} of {environment} true", "a check looks again"),
    "items.unsigned": Cause(None, "sign {items} of {environment}"),
    "items.signed_once": Cause(None, "sign {items} of {environment}, as the second person"),
    # The hand-over.
    "hand_over.missing": Cause(Owner.PROVIDER, "request the hand-over of {environment}: its checklist is all true"),
    "hand_over.requested": Cause(Owner.PROVIDER, "release the credentials of {environment}, as the second person"),
    "hand_over.released": Cause(
        Owner.CUSTOMER, "reveal the credentials of {environment}; {recipient} is their recipient", "they expire"
    ),
    "hand_over.revealed": Cause(
        Owner.CUSTOMER,
        "confirm that the credentials of {environment} are stored; {recipient} has seen them",
        "the sealed copy is erased",
    ),
    "hand_over.erased": Cause(
        Owner.CUSTOMER, "confirm that the credentials of {environment} are stored; {recipient} has seen them"
    ),
    "hand_over.expired": Cause(
        Owner.PROVIDER, "request the hand-over of {environment} again: the credentials were not revealed in time"
    ),
    "hand_over.withdrawn": Cause(Owner.PROVIDER, "request the hand-over of {environment} again: it was withdrawn"),
    # The end.
    "onboarding.closing": Cause(
        Owner.PROVIDER, "see that nothing is left: all of it is handed over", "the stage follows"
    ),
    "onboarding.live": Cause(NOBODY, "the onboarding is live"),
    "onboarding.cancelled": Cause(NOBODY, "the onboarding is cancelled"),
}

RECONSTRUCTED = "record.reconstructed"
"""The cause of a part from before the clock was kept: its owner is the one that the stage names."""
CORRECTED = "record.corrected"
"""The cause of a part that somebody gave to another party afterwards."""
