"""AWS accounts as the engine enters them: through `portal.aws`, with every call in the run's journal."""

import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import partial
from typing import Any

from django.conf import settings

from environments.models import AwsAccount, AwsCall, Environment
from environments.provisioning.ports import CallFailed, ChangeRefused, Failure
from environments.provisioning.specification import Spec
from environments.provisioning.step import Context
from environments.services import known, lookups, pace
from environments.services.journal import RunJournal
from environments.services.secrets import LookingSecrets
from environments.services.shared_reads import SharedReads
from environments.states import CallOutcome
from portal import aws
from portal.core import clock


def provider(spec: Spec) -> "LookingAccount":
    return LookingAccount(aws.Identity(spec.provider_account_id), spec.provider_account_id, spec.provider_region)


def customer(spec: Spec) -> "LookingAccount":
    identity = aws.Identity(spec.customer_account_id, spec.role_arn, spec.external_id)
    return LookingAccount(identity, spec.customer_account_id, spec.customer_region)


def entered(account: AwsAccount, region: str) -> "LookingAccount":
    """Return a customer's account by their role, whatever stands in it: what is looked at before anything is provisioned."""
    return LookingAccount(
        aws.Identity(account.account_id, account.role_arn, account.external_id), account.account_id, region
    )


def looking(environment: Environment, spec: Spec, shared: SharedReads | None = None) -> Context:
    """Return a context in which steps can look and not change. `shared`: reads that several environments have in common; the
    steps of one always share theirs."""
    shared = shared or SharedReads()
    outputs = known.outputs(environment)
    completed = spec.completed(outputs)
    return Context(
        completed,
        replace(provider(completed), shared=shared),
        replace(customer(completed), shared=shared),
        clock.now(),
        settings.RUN_POLL_CUSTOMER,
        outputs,
        known.adopted(environment),
        secrets=LookingSecrets(environment),
        milestones=known.milestones(environment),
        names=lookups.public(completed),
    )


@dataclass(frozen=True, slots=True)
class LookingAccount:
    """An account that is only looked at: plans and checks use it, and a change through it is a defect."""

    identity: aws.Identity
    account_id: str
    region: str
    shared: SharedReads | None = None

    def read(self, service: str, operation: str, **params: Any) -> dict[str, Any]:
        def send(wide: dict[str, Any]) -> dict[str, Any]:
            return self._paced(
                operation, lambda: aws.call(self.identity, self.region, service, operation, changes=False, **wide)
            )

        return self._once(service, operation, params, send)

    def pages(self, service: str, operation: str, key: str, **params: Any) -> list[Any]:
        def send(wide: dict[str, Any]) -> list[Any]:
            return self._paced(
                operation, lambda: aws.pages(self.identity, self.region, service, operation, key, **wide)
            )

        return self._once(service, f"{operation} {key}", params, send)

    def _once(self, service: str, name: str, params: dict[str, Any], send: Callable[[dict[str, Any]], Any]) -> Any:
        if self.shared is None:
            return send(params)
        return self.shared.once((self.account_id, self.region, service), name, params, send)

    def _paced(self, operation: str, send: Callable[[], Any]) -> Any:
        with pace.turn(self.account_id, self.region):
            return _failing(operation, send)

    def change(self, service: str, operation: str, **params: Any) -> dict[str, Any]:
        raise ChangeRefused(f"{service}.{operation} while only looking")

    def in_region(self, region: str) -> "LookingAccount":
        return replace(self, region=region)

    def as_role(self, role_arn: str, external_id: str = "") -> "LookingAccount":
        account_id = role_arn.split(":")[4]
        return replace(self, identity=aws.Identity(account_id, role_arn, external_id), account_id=account_id)

    def send_change(self, service: str, operation: str, params: dict[str, Any]) -> dict[str, Any]:
        """Make a call that changes something: for a `WorkingAccount`, whose intent is durable."""
        return _failing(
            operation, lambda: aws.call(self.identity, self.region, service, operation, changes=True, **params)
        )

    def admits_without_external_id(self) -> bool:
        return _failing("assume_role", lambda: aws.admits_without_external_id(self.identity))


@dataclass(frozen=True, slots=True)
class WorkingAccount:
    """An account that a step of a run works in. The intent of a change is durable before it is sent."""

    looking: LookingAccount
    step: str
    journal: RunJournal

    @property
    def account_id(self) -> str:
        return self.looking.account_id

    @property
    def region(self) -> str:
        return self.looking.region

    def read(self, service: str, operation: str, **params: Any) -> dict[str, Any]:
        def send(_: dict[str, Any]) -> Any:
            return self._look(service, operation, lambda: self.looking.read(service, operation, **params))

        return self._once(service, operation, params, send)

    def pages(self, service: str, operation: str, key: str, **params: Any) -> list[Any]:
        def send(_: dict[str, Any]) -> Any:
            return self._look(service, operation, lambda: self.looking.pages(service, operation, key, **params))

        return self._once(service, f"{operation} {key}", params, send)

    def _once(self, service: str, name: str, params: dict[str, Any], send: Callable[[dict[str, Any]], Any]) -> Any:
        """Steps that ask the same in the same moment share the answer, unless something was changed since."""
        who = (self.account_id, self.region, service)
        return self.journal.reads.once(who, name, params, send)

    def admits_without_external_id(self) -> bool:
        return self._look("sts", "assume_role", self.looking.admits_without_external_id)

    def in_region(self, region: str) -> "WorkingAccount":
        return replace(self, looking=self.looking.in_region(region))

    def as_role(self, role_arn: str, external_id: str = "") -> "WorkingAccount":
        return replace(self, looking=self.looking.as_role(role_arn, external_id))

    def change(self, service: str, operation: str, **params: Any) -> dict[str, Any]:
        with pace.turn(self.account_id, self.region):
            call = self._call(service, operation, changes=True)
            self.journal.intend(call)
            try:
                send = partial(self.looking.send_change, service, operation, params)
                return self._timed(call, send, self.journal.answered)
            finally:
                self.journal.reads.forget()

    def _look(self, service: str, operation: str, send: Callable[[], Any]) -> Any:
        return self._timed(self._call(service, operation, changes=False), send, self.journal.looked)

    def _timed(self, call: AwsCall, send: Callable[[], Any], keep: Callable[[AwsCall], None]) -> Any:
        began = time.monotonic()
        try:
            answer = send()
        except CallFailed as failed:
            # A lost answer leaves the intent standing: only looking can tell what became of it.
            call.outcome = CallOutcome.INTENT if failed.failure == Failure.UNKNOWN else CallOutcome.ERROR
            call.error_code = failed.code[:80]
            raise
        else:
            call.outcome = CallOutcome.OK
            if isinstance(answer, dict):
                call.request_id = str(answer.get("ResponseMetadata", {}).get("RequestId", ""))[:80]
            return answer
        finally:
            call.duration_ms = round((time.monotonic() - began) * 1000)
            keep(call)

    def _call(self, service: str, operation: str, *, changes: bool) -> AwsCall:
        lease = self.journal.lease
        return AwsCall(
            customer_id=lease.customer_id,
            run_id=lease.run_id,
            step=self.step,
            epoch=lease.epoch,
            service=service,
            operation=operation,
            account_id=self.account_id,
            region=self.region,
            changes=changes,
            started_at=clock.now(),
        )


def _failing(operation: str, send: Callable[[], Any]) -> Any:
    """Translate an error of AWS into the engine's word for it."""
    try:
        return send()
    except aws.AwsError as error:
        raise CallFailed(Failure(error.kind), error.code, error.message, operation=operation) from error
