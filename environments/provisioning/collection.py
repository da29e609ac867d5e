"""A step that makes resources of which it knows beforehand how many and how: most are.

A subclass says what is wanted, looks with as few reads as can be, and makes, mends or unmakes one resource. What is missing is
made at once and in parallel; what differs is named attribute by attribute.
"""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Callable, Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any, TypeVar

from environments.provisioning.ports import CallFailed, Failure, Seen
from environments.provisioning.step import (
    ADOPT,
    AWS,
    CHANGE,
    CREATE,
    KEEP,
    REMOVE,
    Change,
    Context,
    Drifted,
    Finding,
    Missing,
    Pending,
    Ready,
    Step,
    StepRefused,
    Wanted,
)

NOT_SHOWN = "not shown"
"""The value of an attribute that AWS (or the stand-in) does not tell: it is not compared, and shown as what it is."""

AWS_DELETES = Pending(AWS, "AWS is still deleting what was there.", timedelta(seconds=2))
_MOST_AT_ONCE = 16

Given = TypeVar("Given")
Made = TypeVar("Made")


@dataclass(frozen=True, slots=True)
class There:
    """A resource that is there. `ours`: it carries our tags, or its name proves that we made it. `pending`: it is on its way.
    `leaving`: it is being deleted. `extra` holds what the step itself needs to know and nobody compares."""

    aws_id: str
    attributes: Mapping[str, Any] = field(default_factory=dict)
    ours: bool = True
    pending: Pending | None = None
    leaving: bool = False
    extra: Mapping[str, Any] = field(default_factory=dict)


class Collection(Step):
    """A step over a known set of resources, each found by its name."""

    starts_unseen = True

    @abstractmethod
    def look(self, ctx: Context) -> Mapping[str, There]:
        """Return what is there, by name, what is ours but no longer wanted included. Dead ones do not count."""

    @abstractmethod
    def make(self, ctx: Context, wanted: Wanted) -> There:
        """Make one that is missing and return it as the answers of the calls show it. Names and tags go with the create."""

    def mend(self, ctx: Context, wanted: Wanted, there: There) -> There:
        """Change one that differs. By default that is for a person: replacing it would lose what is in it."""
        differs = "; ".join(differences(wanted, there))
        raise StepRefused(
            f"{wanted.kind.replace('_', ' ').capitalize()} {wanted.name} differs and cannot be changed in place: {differs}.",
            remedy="Change it by hand or remove it after saving what is in it, then retry this step.",
            code="not_changeable",
        )

    @abstractmethod
    def unmake(self, ctx: Context, name: str, there: There) -> None:
        """Delete one of ours."""

    def outputs(self, ctx: Context, there: Mapping[str, There]) -> dict[str, Any]:
        """Return what later steps need; by default the AWS id of each by its name."""
        return {name: found.aws_id for name, found in there.items()}

    def account_id(self, ctx: Context) -> str:
        return ctx.customer.account_id

    def region(self, ctx: Context) -> str:
        return ctx.customer.region

    # ---- the step, made of these

    def observe(self, ctx: Context) -> Finding:
        return self._judge(ctx, self.look(ctx))

    def apply(self, ctx: Context, found: Missing | Drifted) -> Finding | None:
        there: dict[str, There] = dict(found.there) if isinstance(found, Drifted) else {}
        wanted = self.wanted(ctx.spec)
        unfit = [one for one in wanted if one.name not in there or differences(one, there[one.name])]
        made = at_once(lambda one: self._bring_about(ctx, one, there.get(one.name)), unfit)
        names = {one.name for one in wanted}
        leaving = [(name, one) for name, one in there.items() if name not in names and self._is_to_go(one)]
        at_once(lambda one: self._unmake(ctx, *one), leaving)
        standing = {name: one for name, one in there.items() if (name, one) not in leaving}
        return self._judge(ctx, {**standing, **{one.name: result for one, result in zip(unfit, made, strict=True)}})

    def _bring_about(self, ctx: Context, wanted: Wanted, there: There | None) -> There:
        return self.make(ctx, wanted) if there is None else self.mend(ctx, wanted, there)

    def remove(self, ctx: Context) -> None:
        leaving = [(name, there) for name, there in self.look(ctx).items() if self._is_to_go(there)]
        at_once(lambda one: self._unmake(ctx, *one), leaving)

    def observe_removal(self, ctx: Context) -> Finding:
        there = {name: found for name, found in self.look(ctx).items() if found.ours}
        staying = [name for name, found in there.items() if not found.leaving]
        if staying:
            return Drifted(tuple(f"{name} is still there" for name in staying), there=there)
        if there:
            return AWS_DELETES
        return Ready()

    def _is_to_go(self, there: There) -> bool:
        return there.ours and not there.leaving

    def _unmake(self, ctx: Context, name: str, there: There) -> None:
        try:
            self.unmake(ctx, name, there)
        except CallFailed as failed:
            if failed.failure != Failure.MISSING:
                raise

    def _judge(self, ctx: Context, there: Mapping[str, There]) -> Finding:
        """Say what follows from what is there."""
        wanted = {one.name: one for one in self.wanted(ctx.spec)}
        kind = next(iter(wanted.values())).kind if wanted else ""
        present = {name: found for name, found in there.items() if not found.leaving}
        if any(name in wanted and found.leaving for name, found in there.items()):
            return AWS_DELETES
        self._require_ours(ctx, wanted, present)
        changes = tuple(_changes(wanted, present, kind))
        if all(change.action == CREATE for change in changes) and changes:
            return Missing()
        if any(change.action != KEEP for change in changes):
            told = tuple(_sentence(change) for change in changes if change.action != KEEP)
            return Drifted(told, changes, present)
        seen = tuple(self._seen(ctx, wanted[name], present[name]) for name in wanted)
        for name in wanted:
            pending = present[name].pending
            if pending is not None:
                return Pending(pending.waits_on, pending.reason, pending.look_again, pending.give_up_at, seen)
        return Ready(self.outputs(ctx, {name: present[name] for name in wanted}), seen)

    def _require_ours(self, ctx: Context, wanted: Mapping[str, Wanted], there: Mapping[str, There]) -> None:
        """What somebody else made under our name is theirs, until a person says that it is to be adopted."""
        foreign = [
            (wanted[name], found)
            for name, found in there.items()
            if name in wanted and not found.ours and found.aws_id not in ctx.adopted
        ]
        if not foreign:
            return
        told = "; ".join(f"{one.kind.replace('_', ' ')} {one.name} ({found.aws_id})" for one, found in foreign)
        fits = all(not differences(one, found) for one, found in foreign)
        remedy = (
            "It is as specified: adopt it if it is meant for this, or remove it, then make a new plan."
            if fits
            else "It differs from what is specified, so it cannot be adopted. Rename or remove it, then make a new plan."
        )
        raise StepRefused(
            f"There is already something that we did not make: {told}.",
            remedy=remedy,
            code="not_ours",
            changes=[
                Change(ADOPT, one.kind, one.name, differences(one, found), found.aws_id) for one, found in foreign
            ],
        )

    def _seen(self, ctx: Context, wanted: Wanted, there: There) -> Seen:
        attributes = dict(there.attributes)
        if not there.ours:
            attributes["adopted"] = True
        return Seen(wanted.kind, wanted.name, there.aws_id, self.account_id(ctx), self.region(ctx), attributes)


def differences(wanted: Wanted, there: There) -> tuple[str, ...]:
    """Return in words each attribute in which a resource differs from what is wanted."""
    return tuple(
        f"{key.replace('_', ' ')} is {_told(there.attributes.get(key))} instead of {_told(value)}"
        for key, value in wanted.attributes.items()
        if there.attributes.get(key) not in (value, NOT_SHOWN)
    )


def at_once(act: Callable[[Given], Made], given: Iterable[Given]) -> list[Made]:
    """Do independent calls in parallel and return their results in order. The first error is raised when all have ended, so
    that none goes on unseen."""
    all_given = list(given)
    if len(all_given) <= 1:
        return [act(one) for one in all_given]
    with ThreadPoolExecutor(min(_MOST_AT_ONCE, len(all_given))) as pool:
        futures = [pool.submit(act, one) for one in all_given]
    return [future.result() for future in futures]


def _changes(wanted: Mapping[str, Wanted], there: Mapping[str, There], kind: str) -> Iterable[Change]:
    for name, one in wanted.items():
        if name not in there:
            yield Change(CREATE, one.kind, name)
        elif differs := differences(one, there[name]):
            yield Change(CHANGE, one.kind, name, differs, there[name].aws_id)
        else:
            yield Change(KEEP, one.kind, name, aws_id=there[name].aws_id)
    for name, found in there.items():
        if name not in wanted and found.ours:
            yield Change(REMOVE, kind, name, aws_id=found.aws_id)


def _sentence(change: Change) -> str:
    what = f"{change.kind.replace('_', ' ')} {change.name}"
    if change.action == CREATE:
        return f"There is no {what}"
    if change.action == REMOVE:
        return f"{what[:1].upper()}{what[1:]} is no longer wanted"
    return f"{what[:1].upper()}{what[1:]}: {'; '.join(change.differences)}"


def _told(value: Any) -> str:
    if isinstance(value, list | tuple):
        return ", ".join(map(str, value)) or "nothing"
    return "nothing" if value in (None, "") else str(value)
