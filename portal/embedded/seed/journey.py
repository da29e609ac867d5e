"""One onboarding walked as far as a story wants, by the same services that pages and API call."""

import secrets
import time
from collections.abc import Callable
from dataclasses import dataclass, field

from django.db import transaction

from environments.alerts.services import links, publishing, sending
from environments.models import Environment, Plan, Run
from environments.services import checklist, plans, runs, stand_in
from environments.states import EnvironmentKind, ItemKind, ItemOwner, ItemState, Owner, PlanState, RunState, StepState
from onboarding.models import HandOver, Onboarding
from onboarding.services import hand_overs, onboardings, reviews, sections
from onboarding.states import Verdict
from portal.accounts.models import Customer, User
from portal.embedded.seed.people import PASSWORD

# Longer than any wait on the stand-in, with all the sample customers at it: a run that takes more is a defect worth seeing.
_PATIENCE_SECONDS = 600


@dataclass
class Journey:
    """The people and objects of one onboarding. `answers` maps section keys to their answers."""

    customer: Customer
    contact: User
    staff: dict[str, User]
    answers: dict[str, dict]
    title: str
    onboarding: Onboarding = field(init=False)

    def open(self) -> None:
        manager = self.staff["manager"]
        self.onboarding = onboardings.open(self.customer, title=self.title, account_manager=manager, by=manager)

    def answer(self, *keys: str) -> None:
        """Save these sections as drafts; all of them where none is named."""
        for section in self.onboarding.sections.all():
            if not keys or section.key in keys:
                sections.save(section, answers=self.answers[section.key], revision=section.revision, by=self.contact)

    def submit(self, *keys: str) -> None:
        """Submit these sections; the whole intake where none is named."""
        if not keys:
            sections.submit_all(self.onboarding, by=self.contact)
        for section in self.onboarding.sections.filter(key__in=keys):
            sections.submit(section, revision=section.revision, by=self.contact)

    def approve(self, *keys: str) -> None:
        """Approve these sections; all of them where none is named."""
        for section in self.onboarding.sections.all():
            if not keys or section.key in keys:
                reviews.approve(section, revision=section.revision, by=self.staff["engineer"])

    def send_back(self, key: str, pointer: str, reason: str) -> None:
        """Ask for a change of one answer; the others are approved."""
        section = self.onboarding.sections.get(key=key)
        judgements = [{"pointer": pointer, "verdict": Verdict.CHANGE_REQUESTED, "reason": reason}]
        reviews.finish(
            section,
            revision=section.revision,
            by=self.staff["engineer"],
            judgements=judgements,
            approve_rest=True,
        )

    def environments(self) -> list[Environment]:
        return list(self.onboarding.environments.order_by("id"))

    def start_runs(self) -> None:
        """Compute and approve every environment's plan; advance its run until it waits or stops."""
        for environment in self.environments():
            plan = environment.plans.latest("id")
            if plan.state == PlanState.REQUESTED:
                plans.compute(plan.pk)
            plan = Plan.objects.get(pk=plan.pk)
            plans.approve(plan, digest=plan.digest, by=self.staff["engineer"])
        self.advance(until_customer_is_to("customer_access"))

    def create_role(self) -> None:
        stand_in.create_role(self.environments()[0], by=self.contact)
        self.advance(until_customer_is_to("peering_acceptance"))

    def publish_records(self) -> None:
        self.advance(until_customer_is_to("mail_records", "certificate"))
        for environment in self.environments():
            stand_in.publish_records(environment, by=self.contact)

    def accept_peering(self) -> None:
        for environment in self.environments():
            stand_in.accept_peering(environment, by=self.contact)

    def configure_router(self) -> None:
        self.advance(until_customer_is_to("vpn_tunnels"))
        for environment in self.environments():
            stand_in.bring_tunnels_up(environment, by=self.contact)
        self.advance(until_ended)

    def prove_that_alerts_arrive(self) -> None:
        """Have a test alert sent for production, and its arrival noted: a mail server, if there is one, carries none of it."""
        for environment in self.onboarding.environments.filter(kind=EnvironmentKind.PRODUCTION):
            alert = sending.send(environment, by=self.staff["engineer"])
            publishing.publish(alert.pk)
            with transaction.atomic():
                plans.lock(environment.pk)
                alert.refresh_from_db()
                links.arrived(alert, name=self.contact.full_name)
            checklist.verify(environment.pk)

    def sign(self, *, leave_open: tuple[str, ...] = ()) -> None:
        """Sign what people sign, each side its own items; the account manager is the second person of the provider's side."""
        signers = {ItemOwner.CUSTOMER: self.contact, ItemOwner.PROVIDER: self.staff["engineer"]}
        for environment in self.environments():
            manual = environment.checklist_items.filter(kind=ItemKind.MANUAL, state=ItemState.OPEN)
            for item in manual.exclude(key__in=leave_open):
                note = f"Checked on the {environment.name.lower()} environment of {self.customer}."
                signed = checklist.sign(item, note=note, revision=item.revision, by=signers[ItemOwner(item.owner)])
                if signed.state == ItemState.SIGNED:
                    checklist.confirm(signed, revision=signed.revision, by=self.staff["manager"])

    def request_hand_overs(self) -> None:
        """Production is handed over; non-production is not."""
        for environment in self.onboarding.environments.filter(kind=EnvironmentKind.PRODUCTION):
            hand_overs.request(
                environment,
                recipient=self.contact,
                reason="All items are true and the go-live date is agreed.",
                by=self.staff["engineer"],
            )

    def release(self) -> None:
        for hand_over in self._hand_overs():
            hand_overs.release(hand_over, by=self.staff["approver"])

    def receive(self) -> None:
        for hand_over in self._hand_overs():
            hand_overs.reveal(hand_over, password=PASSWORD, claim_key=secrets.token_urlsafe(32), by=self.contact)
            hand_overs.acknowledge(HandOver.objects.get(pk=hand_over.pk), by=self.contact)

    def advance(self, done: Callable[[Run], bool]) -> None:
        """Do the worker's work here and now, until every run of this onboarding is `done`."""
        until = time.monotonic() + _PATIENCE_SECONDS
        pending = {run.pk for run in Run.objects.filter(environment__in=self.environments())}
        while pending:
            for key in sorted(pending):
                runs.advance(key)
                if done(Run.objects.get(pk=key)):
                    pending.discard(key)
            if time.monotonic() > until:
                raise TimeoutError(f"the sample runs of {self.customer} did not get on")
            if pending:
                time.sleep(0.3)

    def _hand_overs(self) -> list[HandOver]:
        return list(HandOver.objects.filter(environment__in=self.environments()).order_by("id"))


def until_ended(run: Run) -> bool:
    return run.state in (RunState.FINISHED, RunState.FAILED)


def until_customer_is_to(*keys: str) -> Callable[[Run], bool]:
    """Until these very steps, as far as the run has them, wait on the customer: an earlier one may still show its own wait."""

    def is_reached(run: Run) -> bool:
        others = run.steps.filter(key__in=keys).exclude(state=StepState.READY).exclude(waits_on=Owner.CUSTOMER)
        return until_ended(run) or (run.state == RunState.WAITING and not others.exists())

    return is_reached
