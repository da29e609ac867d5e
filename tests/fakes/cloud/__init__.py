"""AWS in memory, as far as the steps use it: quick, and able to fail like the real thing at any chosen call.

Each service is one file whose functions answer one operation each. The tests of the steps run on this and on the stand-in
alike, which holds the two equal. It is stricter than AWS where that finds more: what AWS would silently give back a second time
is made a second time.
"""

from collections.abc import Callable
from copy import deepcopy
from dataclasses import dataclass, field
from datetime import UTC, datetime
from threading import RLock
from typing import Any

from environments.provisioning.ports import CallFailed, Failure
from environments.provisioning.specification import Spec

Interfere = Callable[[str], None]
Handler = Callable[..., Any]
Table = dict[str, dict[str, Any]]

HANDLERS: dict[str, Handler] = {}
SCENES: list[Callable[["Cloud"], None]] = []
PEOPLE: list[Callable[["Cloud"], None]] = []
_STRONGLY_CONSISTENT = ("s3", "sts")
_GLOBAL = ("iam", "route53", "sts", "s3", "organizations", "cloudfront")


class Crash(BaseException):
    """The process dies here."""


def refuse(failure: Failure, code: str, operation: str = "") -> CallFailed:
    return CallFailed(failure, code, code, operation=operation)


def answers(*operations: str) -> Callable[[Handler], Handler]:
    """Have a function answer these operations, each `service.operation`: it gets the `Call` and the call's parameters."""

    def register(handler: Handler) -> Handler:
        for operation in operations:
            assert operation not in HANDLERS, operation
            HANDLERS[operation] = handler
        return handler

    return register


def at_first(scene: Callable[["Cloud"], None]) -> Callable[["Cloud"], None]:
    """Have a function set up what is in the accounts before anything is done."""
    SCENES.append(scene)
    return scene


def when_people_act(act: Callable[..., None]) -> Callable[..., None]:
    """Have a function do the customer's part, whenever a run waits for people."""
    PEOPLE.append(act)
    return act


@dataclass
class World:
    """What one service holds: tables of rows by id, for each account, Region and kind."""

    tables: dict[tuple[str, str, str], Table] = field(default_factory=dict)
    tokens: dict[tuple[str, str, str], Any] = field(default_factory=dict)


@dataclass
class Call:
    """One call: by which account, in which Region, and the state it sees."""

    cloud: "Cloud"
    world: World
    account_id: str
    region: str
    service: str
    operation: str

    def table(self, kind: str, *, account_id: str = "", region: str = "") -> Table:
        """Return the rows of a kind by id; of global services there is one table for all Regions."""
        where = "global" if self.service in _GLOBAL else region or self.region
        return self.world.tables.setdefault((account_id or self.account_id, where, kind), {})

    def row(self, kind: str, id: str, code: str) -> dict[str, Any]:
        """Return a row, or refuse with this code because it is not there."""
        found = self.table(kind).get(id)
        if found is None:
            raise refuse(Failure.MISSING, code, self.operation)
        return found

    def add(self, kind: str, id: str, row: dict[str, Any]) -> dict[str, Any]:
        self.table(kind)[id] = row
        return row

    def new_id(self, prefix: str) -> str:
        return self.cloud.new_id(prefix)

    def once(self, token: str, make: Callable[[], Any]) -> Any:
        """Make something; the same client token again gives the same thing back."""
        key = (self.account_id, self.operation, token)
        if not token or key not in self.world.tokens:
            made = make()
            if token:
                self.world.tokens[key] = made
            return made
        return self.world.tokens[key]


class Cloud:
    """All accounts. `stale_reads`: how many reads of a service after each change still show what was before it.

    `sealed` is what the portal's vault holds for this environment: every run of it has the same.
    `before`, `after` and `before_read` are called with `service.operation` around the effect of each call, and may raise.
    """

    def __init__(self, spec: Spec, *, stale_reads: int = 0) -> None:
        import tests.fakes.cloud.services  # noqa: F401 - registers every service

        self.spec = spec
        self.stale_reads = stale_reads
        self.before: Interfere = lambda operation: None
        self.after: Interfere = lambda operation: None
        self.before_read: Interfere = lambda operation: None
        self.reads: list[str] = []
        self.changes: list[str] = []
        self.role_exists = True
        self.role_requires_external_id = True
        self.answers_as: str | None = None
        self.first_peering_status = "pending-acceptance"
        self.failing_documents: set[str] = set()
        self.sealed: dict[str, str] = {}
        self.now = datetime(2026, 11, 24, 9, 0, tzinfo=UTC)
        self.worlds: dict[str, World] = {}
        self._lock = RLock()
        self._behind: dict[str, int] = {}
        self._old: dict[str, World] = {}
        self._ids = 0
        for scene in SCENES:
            scene(self)

    def copy(self) -> "Cloud":
        """Return another cloud in the same state, undisturbed."""
        other = Cloud(self.spec, stale_reads=self.stale_reads)
        other.worlds, other._ids, other.now = deepcopy(self.worlds), self._ids, self.now
        other.sealed = dict(self.sealed)
        return other

    def new_id(self, prefix: str) -> str:
        self._ids += 1
        return f"{prefix}{self._ids:017x}"

    def world(self, service: str) -> World:
        return self.worlds.setdefault(service, World())

    def rows(self, service: str, kind: str, account_id: str = "") -> list[dict[str, Any]]:
        """Return the rows of a kind in all Regions, for tests to look at or change."""
        tables = self.world(service).tables.items()
        return [
            row
            for (account, _, known), table in tables
            if known == kind and account_id in ("", account)
            for row in table.values()
        ]

    def counts(self) -> dict[str, int]:
        """Return how many live resources there are of each kind; a row that is dead says so under `_dead`."""
        found: dict[str, int] = {}
        for service, world in self.worlds.items():
            for (_, _, kind), table in world.tables.items():
                alive = sum(not row.get("_dead") for row in table.values())
                found[f"{service} {kind}"] = found.get(f"{service} {kind}", 0) + alive
        return {kind: count for kind, count in sorted(found.items()) if count}

    def answer(self, account_id: str, region: str, service: str, operation: str, params: dict[str, Any]) -> Any:
        """Do a call now, without interference: how people and scenes act."""
        call = Call(self, self.world(service), account_id, region, service, operation)
        return _handler(f"{service}.{operation}")(call, **deepcopy(params))

    def read(self, account_id: str, region: str, service: str, operation: str, params: dict[str, Any]) -> Any:
        with self._lock:
            name = f"{service}.{operation}"
            self.before_read(name)
            self.reads.append(name)
            call = Call(self, self.seen(service), account_id, region, service, operation)
            return deepcopy(_handler(name)(call, **params))

    def seen(self, service: str) -> World:
        """Return a service as one read sees it: for a while after a change, what was before."""
        if not self._behind.get(service) or service in _STRONGLY_CONSISTENT:
            return self.world(service)
        self._behind[service] -= 1
        return self._old[service]

    def show_all(self) -> None:
        """Time has passed: every read shows what is."""
        self._behind.clear()

    def change(self, account_id: str, region: str, service: str, operation: str, params: dict[str, Any]) -> Any:
        with self._lock:
            name = f"{service}.{operation}"
            self.before(name)
            if self.stale_reads and not self._behind.get(service):
                self._old[service] = deepcopy(self.world(service))
            answer = deepcopy(self.answer(account_id, region, service, operation, params))
            self._behind[service] = self.stale_reads
            self.changes.append(name)
            self.after(name)
            return answer

    # ---- what people do

    def accept(self) -> None:
        for peering in self.rows("ec2", "vpc_peering"):
            if peering["Status"]["Code"] == "pending-acceptance":
                peering["Status"]["Code"] = "active"

    def act_as_customer(self) -> None:
        """Do everything that the customer does meanwhile."""
        self.accept()
        for act in PEOPLE:
            act(self)

    def end_peerings(self, code: str) -> None:
        for peering in self.rows("ec2", "vpc_peering"):
            peering["Status"]["Code"] = code
            peering["_dead"] = True


def _handler(operation: str) -> Handler:
    """Return what answers an operation, or refuse as the stand-in does with one that it cannot do."""
    if operation not in HANDLERS:
        raise refuse(Failure.NOT_SIMULATED, "NotImplemented", operation)
    return HANDLERS[operation]


class FakeAccount:
    """An account of the cloud, as the steps see it."""

    def __init__(self, cloud: Cloud, account_id: str, region: str) -> None:
        self.cloud = cloud
        self.account_id = account_id
        self.region = region

    def read(self, service: str, operation: str, **params: Any) -> dict[str, Any]:
        found: dict[str, Any] = self.cloud.read(self.account_id, self.region, service, operation, params)
        return found

    def pages(self, service: str, operation: str, key: str, **params: Any) -> list[Any]:
        found: list[Any] = self.read(service, operation, **params)[key]
        return found

    def change(self, service: str, operation: str, **params: Any) -> dict[str, Any]:
        found: dict[str, Any] = self.cloud.change(self.account_id, self.region, service, operation, params)
        return found

    def admits_without_external_id(self) -> bool:
        return not self.cloud.role_requires_external_id

    def in_region(self, region: str) -> "FakeAccount":
        return FakeAccount(self.cloud, self.account_id, region)

    def as_role(self, role_arn: str, external_id: str = "") -> "FakeAccount":
        """Return the role's account. Whether the role lets anybody in is for the stand-in to show."""
        return FakeAccount(self.cloud, role_arn.split(":")[4], self.region)


def accounts(cloud: Cloud, spec: Spec | None = None) -> tuple[FakeAccount, FakeAccount]:
    spec = spec or cloud.spec
    return (
        FakeAccount(cloud, spec.provider_account_id, spec.provider_region),
        FakeAccount(cloud, spec.customer_account_id, spec.customer_region),
    )
