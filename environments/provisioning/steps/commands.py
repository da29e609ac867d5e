"""What Systems Manager is to run once on each machine, and the mark on the machine that it has.

A command has no token in AWS, and need not have one: the documents do nothing where their work is done already, and two at once
wait for each other. The mark, a tag, holds what was run and with which settings, so that the one list of machines proves it
later; AWS forgets commands after 30 days.
"""

import hashlib
import json
from abc import abstractmethod
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any

from environments.provisioning.collection import Collection, There, at_once
from environments.provisioning.ports import CallFailed, Failure
from environments.provisioning.specification import Spec
from environments.provisioning.step import AWS, Context, Drifted, Finding, Pending, Ready, StepRefused, Wanted
from environments.provisioning.steps import machine_marks
from environments.provisioning.steps.machine_marks import Machine

SUCCEEDED, FAILED, UNMARKED, OTHERWISE = "succeeded", "failed", "not marked yet", "succeeded with other settings"

_UNDER_WAY = frozenset({"Pending", "InProgress", "Delayed", "Cancelling"})
_NOT_ONLINE = Pending(AWS, "The machine does not report to Systems Manager yet.", timedelta(seconds=10))
_STARTING = timedelta(minutes=30)
"""A machine that does not report this long after its start never will by itself."""

_DELIVERY_SECONDS = 600
_TAIL = 600
"""Characters of a failed command's output that people are shown."""


@dataclass(frozen=True, slots=True)
class Job:
    """What is to run on one machine. `parts`: the steps of the document, the latest first. `about`: what else it depends on."""

    document: str
    parts: tuple[str, ...]
    parameters: Mapping[str, str]
    about: str = ""

    @property
    def mark(self) -> str:
        settings = json.dumps([self.document, dict(self.parameters), self.about], sort_keys=True)
        return f"{self.document}/{hashlib.sha256(settings.encode()).hexdigest()[:8]}"


class MachineCommand(Collection):
    """A command on each of some machines. `tag` is what its mark is called. outputs: {"<node>": id of its machine}"""

    settles = True
    permissions = (
        "ec2:CreateTags",
        "ec2:DeleteTags",
        "ec2:DescribeInstances",
        "ssm:GetCommandInvocation",
        "ssm:ListCommands",
        "ssm:SendCommand",
    )
    kind: str
    tag: str
    running: Pending
    remedy: str

    @abstractmethod
    def documents(self, spec: Spec) -> Mapping[str, str]:
        """Return the document that is to run on each node."""

    @abstractmethod
    def job(self, ctx: Context, node: str) -> Job:
        """Return what is to run on a node. What it requires is ready."""

    def wanted(self, spec: Spec) -> Sequence[Wanted]:
        return [
            Wanted(self.kind, node, {"document": document, "result": SUCCEEDED})
            for node, document in self.documents(spec).items()
        ]

    # ---- what was run

    def look(self, ctx: Context) -> Mapping[str, There]:
        """One read proves that all is done. Only machines without the right mark are asked for their commands."""
        wanted = {one.name: one for one in self.wanted(ctx.spec)}
        machines = {node: machine for node, machine in machine_marks.standing(ctx).items() if node in wanted}
        marked = {node for node, machine in machines.items() if self._mark(ctx, machine) == self.job(ctx, node).mark}
        others = [node for node in machines if node not in marked]
        seen = at_once(lambda node: self._how_far(ctx, wanted[node], machines[node]), others)
        found = {node: There(machines[node].id, wanted[node].attributes) for node in marked}
        return found | {node: there for node, there in zip(others, seen, strict=True) if there is not None}

    def _mark(self, ctx: Context, machine: Machine) -> str:
        return machine.tags.get(machine_marks.key(ctx.spec, self.tag), "")

    def _how_far(self, ctx: Context, wanted: Wanted, machine: Machine) -> There | None:
        """Return how far a machine is whose mark is not the right one."""
        command = self._latest(ctx, wanted.name, machine)
        status = str(command["Status"]) if command else ""
        there = There(machine.id, wanted.attributes, extra={"command": command})
        if status in _UNDER_WAY:
            return replace(there, pending=self.running)
        if status == "Success":
            return replace(there, attributes={**wanted.attributes, "result": UNMARKED})
        if status:
            return replace(there, attributes={**wanted.attributes, "result": FAILED})
        if before := self._mark(ctx, machine):
            return replace(there, attributes={"document": before.partition("/")[0], "result": OTHERWISE})
        return None

    def _latest(self, ctx: Context, node: str, machine: Machine) -> Mapping[str, Any] | None:
        """Return the latest command of this very job; one whose failure was told is done with."""
        comment = self._comment(ctx, node)
        told = machine.tags.get(self._failed_key(ctx), "")
        rows = ctx.customer.pages("ssm", "list_commands", "Commands", InstanceId=machine.id)
        ours = [
            row
            for row in rows
            if row.get("Comment") == comment and machine.id in row["InstanceIds"] and row["CommandId"] != told
        ]
        return max(ours, key=lambda row: row["RequestedDateTime"], default=None)

    def _comment(self, ctx: Context, node: str) -> str:
        """Return what tells a command of this job from every other; AWS takes 100 characters."""
        return f"{ctx.spec.tag_prefix} {self.key} {ctx.spec.environment_id} {self.job(ctx, node).mark}"[-100:]

    def _failed_key(self, ctx: Context) -> str:
        return machine_marks.key(ctx.spec, f"{self.tag}-failed")

    # ---- running it

    def make(self, ctx: Context, wanted: Wanted) -> There:
        job, machine = self.job(ctx, wanted.name), ctx.outputs["instances"][wanted.name]
        there = There(machine, wanted.attributes, pending=self.running)
        try:
            answer = ctx.customer.change(
                "ssm",
                "send_command",
                DocumentName=job.document,
                DocumentVersion="1",
                InstanceIds=[machine],
                Parameters={name: [value] for name, value in job.parameters.items()},
                Comment=self._comment(ctx, wanted.name),
                TimeoutSeconds=_DELIVERY_SECONDS,
            )
        except CallFailed as failed:
            if failed.code == "InvalidInstanceId":
                return replace(there, pending=self._not_online(ctx, wanted.name))
            if failed.code == "InvalidDocument":  # made a moment ago, and not shown to commands yet
                raise CallFailed(Failure.RETRYABLE, failed.code, failed.message, operation=failed.operation) from failed
            raise
        if answer["Command"]["Status"] != "Success":
            return there
        self._set_mark(ctx, machine, job)
        return replace(there, pending=None)

    def mend(self, ctx: Context, wanted: Wanted, there: There) -> There:
        result = there.attributes["result"]
        if result == FAILED:
            raise self._refused(ctx, wanted, there)
        if result != UNMARKED:
            return self.make(ctx, wanted)
        self._set_mark(ctx, there.aws_id, self.job(ctx, wanted.name))
        return There(there.aws_id, wanted.attributes)

    def _set_mark(self, ctx: Context, machine: str, job: Job) -> None:
        machine_marks.put(ctx, machine, {machine_marks.key(ctx.spec, self.tag): job.mark})

    def _not_online(self, ctx: Context, node: str) -> Pending:
        machine = machine_marks.standing(ctx).get(node)
        if machine is None:
            raise CallFailed(Failure.MISSING, "InvalidInstanceId", f"{node} is not there", operation="send_command")
        until = machine.started_at + _STARTING
        if until > ctx.now:
            return replace(_NOT_ONLINE, give_up_at=until)
        raise StepRefused(
            f"{node} does not report to Systems Manager.",
            remedy="Look whether its agent runs and reaches Systems Manager, by the Internet, a proxy or endpoints of the VPC. "
            "Then retry this step.",
            code="not_online",
        )

    def _refused(self, ctx: Context, wanted: Wanted, there: There) -> StepRefused:
        """Note that the failure is told, so that a retry runs it anew, and return it with the last words of the command."""
        command = there.extra["command"]["CommandId"]
        last_words = self._last_words(ctx, self.job(ctx, wanted.name), command, there.aws_id)
        machine_marks.put(ctx, there.aws_id, {self._failed_key(ctx): command})
        return StepRefused(
            f"{self.title} failed on {wanted.name}. Its last words: {last_words or 'none'}",
            remedy=f"{self.remedy} The whole output is in Systems Manager, Run Command, {command}. Then retry this step.",
            code="command_failed",
        )

    def _last_words(self, ctx: Context, job: Job, command: str, machine: str) -> str:
        for part in job.parts:
            try:
                told = ctx.customer.read(
                    "ssm", "get_command_invocation", CommandId=command, InstanceId=machine, PluginName=part
                )
            except CallFailed as failed:
                if failed.failure not in (Failure.REFUSED, Failure.MISSING):
                    raise
                continue  # it did not get as far as this
            if words := (told.get("StandardErrorContent") or told.get("StandardOutputContent") or "").strip():
                return str(words[-_TAIL:])
        return ""

    # ---- taking it away: what was run goes with the machines

    def unmake(self, ctx: Context, name: str, there: There) -> None:
        keys = (machine_marks.key(ctx.spec, self.tag), self._failed_key(ctx))
        machine_marks.take(ctx, there.aws_id, keys)

    def remove(self, ctx: Context) -> None:
        at_once(lambda one: self._unmake(ctx, *one), self._marked(ctx).items())

    def observe_removal(self, ctx: Context) -> Finding:
        marked = self._marked(ctx)
        return Drifted(tuple(f"{node} is still marked" for node in marked), there=marked) if marked else Ready()

    def _marked(self, ctx: Context) -> dict[str, There]:
        keys = {machine_marks.key(ctx.spec, self.tag), self._failed_key(ctx)}
        machines = machine_marks.standing(ctx).items()
        return {node: There(machine.id) for node, machine in machines if keys & machine.tags.keys()}
