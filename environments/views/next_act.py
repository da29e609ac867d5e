"""The one thing to do next about an environment, for the person who looks at it."""

from dataclasses import dataclass

from django.urls import reverse

from environments import rules, selectors
from environments.checklist import age
from environments.models import Environment, Plan, Run, RunStep
from environments.states import ACTIVE_RUNS, Owner, PlanState, RunState, StepState
from portal.accounts import rules as roles
from portal.accounts.models import User


@dataclass(frozen=True, slots=True)
class NextAct:
    """A button. `posts`: it changes something, so it is a form. `why` says what it is about, in a sentence."""

    label: str
    url: str
    why: str = ""
    posts: bool = False
    hue: str = "work"


_CUSTOMER_ACTS = {
    "customer_access": ("Create the provider's role", "The run waits for the role in the account of {customer}."),
    "peering_acceptance": ("Accept the VPC peering", "The run waits for {customer} to accept the peering."),
    "vpn_tunnels": ("Configure the router", "The run waits for the router of {customer} to bring a tunnel up."),
    "direct_connect": ("Record the next milestone", ""),
    "mail_records": ("Publish the mail records", "The run waits until {customer} has published the mail records."),
    "alert_recipients": ("Confirm the alerts", ""),
    "certificate": ("Publish the certificate's record", "The run waits until {customer} has published a record."),
}


def of(user: User, environment: Environment, plan: Plan | None, run: Run | None) -> NextAct | None:
    """Return the next act, None where there is nothing to do or to watch."""
    if run and run.state in ACTIVE_RUNS:
        return _of_run(user, environment, run)
    if plan and plan.state in (PlanState.REQUESTED, PlanState.READY, PlanState.BLOCKED):
        return _of_plan(user, plan)
    if environment.torn_down_at:
        return _anew(user, environment)
    if run and run.state == RunState.FINISHED:
        return _after(user, environment)
    return _first(user, environment)


def waiting_on_customer(run: Run) -> RunStep | None:
    waiting = (step for step in run.steps.all() if step.state == StepState.WAITING)
    return next((step for step in waiting if step.waits_on == Owner.CUSTOMER), None)


def _of_run(user: User, environment: Environment, run: Run) -> NextAct:
    page = reverse("run", args=[run.pk])
    if run.state == RunState.FAILED:
        return NextAct("See what stopped", page, _what_stopped(run), hue="stop")
    if run.state == RunState.PAUSED:
        return NextAct(
            "Open the paused run", page, run.pause_note or "Nothing is changed until it is resumed.", hue="you"
        )
    step = waiting_on_customer(run)
    if step is None:
        return NextAct("Watch the run", page, "The run is under way.")
    label, why = _CUSTOMER_ACTS.get(step.key, ("Open your actions", ""))
    why = why.format(customer=environment.customer.name) or step.reason
    if roles.may_act_in_customer_account(user, environment.customer):
        return NextAct(label, reverse("actions"), why, hue="you")
    return NextAct("Watch the run", page, why, hue="you")


def _what_stopped(run: Run) -> str:
    errors = (run.error, *(step.error for step in run.steps.all() if step.state == StepState.FAILED))
    return next((error["message"] for error in errors if error and error.get("message")), "The run stopped at a step.")


def _of_plan(user: User, plan: Plan) -> NextAct:
    page = reverse("plan", args=[plan.pk])
    if plan.state == PlanState.BLOCKED:
        return NextAct("See what is blocking", page, "The plan cannot be carried out as it is.", hue="stop")
    if plan.state == PlanState.REQUESTED:
        return NextAct("See the plan", page, "The plan is being computed.")
    if rules.may_provision(user):
        return NextAct("Review plan", page, "The plan is ready for approval.", hue="you")
    return NextAct("See the plan", page, "The plan waits for approval.")


def _after(user: User, environment: Environment) -> NextAct | None:
    if not selectors.hand_over_ready(environment):
        page = reverse("environment_checklist", args=[environment.pk])
        return NextAct("See what is blocking", page, "Not every item of the checklist is true yet.", hue="you")
    if (old := age.too_old(environment)) and rules.may_verify(user, environment.customer):
        check = reverse("environment_verify", args=[environment.pk])
        return NextAct("Check again", check, f"Every item is true, but {old}", posts=True, hue="you")
    if roles.may_release_first(user):
        return NextAct(
            "Open hand-over", reverse("hand_over_new", args=[environment.pk]), "Every item is true.", hue="done"
        )
    return None


def _anew(user: User, environment: Environment) -> NextAct | None:
    if not rules.may_request_plan(user):
        return None
    page = reverse("plan_request", args=[environment.pk])
    return NextAct("Make a new plan", page, "A plan says what building it anew takes, and changes nothing.", posts=True)


def _first(user: User, environment: Environment) -> NextAct | None:
    if not rules.may_request_plan(user) or not environment.specifications.exists():
        return None
    page = reverse("plan_request", args=[environment.pk])
    return NextAct("Make a plan", page, "Nothing is planned. A plan only looks at AWS.", posts=True)
