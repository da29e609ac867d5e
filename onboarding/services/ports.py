"""The port matrix of an onboarding, and what the customer says to have opened of it (row S11)."""

from collections.abc import Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass

from django.db import transaction

from environments.models import ChecklistItem
from environments.services import checklist
from environments.states import ItemState
from onboarding import port_matrix
from onboarding.models import Onboarding, PortOpening
from onboarding.port_matrix import PortRow
from onboarding.sections import definition
from onboarding.services import onboardings
from onboarding.states import Stage
from portal.accounts import rules as roles
from portal.accounts.models import User
from portal.audit.services import record
from portal.core import clock
from portal.core.errors import Conflict, FieldProblem, Forbidden, Invalid

CHECKLIST_ITEM = "firewall_ports_opened"


@dataclass(frozen=True, slots=True)
class MatrixRow:
    """A row of the matrix with who opened it, if anybody said so."""

    row: PortRow
    opening: PortOpening | None


def matrix(onboarding: Onboarding) -> list[MatrixRow]:
    """Return the matrix as the answers stand now. Two statements."""
    openings = {opening.row: opening for opening in onboarding.port_openings.select_related("opened_by")}
    return [MatrixRow(row, openings.get(row.key)) for row in port_matrix.rows(_answers(onboarding))]


def may_open(user: User, onboarding: Onboarding) -> bool:
    return onboarding.stage != Stage.CANCELLED and roles.may_act_in_customer_account(user, onboarding.customer)


def set_opened(onboarding: Onboarding, *, keys: Iterable[str], opened: bool, by: User) -> list[MatrixRow]:
    """These rows are opened in the customer's firewall, or not yet after all. Where that completes an environment, its
    checklist item is signed in this person's name, and taken back where it no longer holds.

    Raises `Forbidden`, `Conflict` when the onboarding is over, `Invalid` for rows that are not, or no longer, in the matrix.
    """
    if not roles.may_act_in_customer_account(by, onboarding.customer):
        raise Forbidden("The customer's own people say what their firewall lets through.")
    with transaction.atomic():
        onboardings.lock(onboarding)
        if onboarding.stage == Stage.CANCELLED:
            raise Conflict("This onboarding is cancelled: its port matrix can be read, not changed.")
        changed = _changed(matrix(onboarding), list(keys), opened=opened)
        _write(onboarding, changed, opened=opened, by=by)
        found = matrix(onboarding)
        _follow(onboarding, found, opened=opened, by=by)
    return found


def _changed(rows: list[MatrixRow], keys: list[str], *, opened: bool) -> list[PortRow]:
    known = {found.row.key: found for found in rows if found.row.opens}
    unknown = [index for index, key in enumerate(keys) if key not in known]
    if unknown or not keys:
        message = "This row is not in the port matrix any more: the answers changed. Reload it and look again."
        problems = [FieldProblem(f"rows/{index}", message, "unknown_row") for index in unknown]
        raise Invalid(problems or [FieldProblem("rows", "Select at least one row", "missing")])
    return [known[key].row for key in dict.fromkeys(keys) if bool(known[key].opening) != opened]


def _write(onboarding: Onboarding, rows: list[PortRow], *, opened: bool, by: User) -> None:
    if not rows:
        return
    if opened:
        given = {"customer": onboarding.customer, "onboarding": onboarding, "opened_by": by, "opened_at": clock.now()}
        PortOpening.objects.bulk_create([PortOpening(row=row.key, **given) for row in rows])
    else:
        PortOpening.objects.filter(onboarding=onboarding, row__in=[row.key for row in rows]).delete()
    told = [f"{row.environment}: {row.source} to {row.target}, {row.port_in_words} {row.protocol}" for row in rows]
    verb = "ports.opened" if opened else "ports.taken_back"
    record(verb, onboarding, by=by, customer=onboarding.customer, after={"rows": told})


def _follow(onboarding: Onboarding, rows: list[MatrixRow], *, opened: bool, by: User) -> None:
    """Keep the checklist item of each environment in step with its rows. A row more never takes a signature back: somebody may
    have signed for all without naming each."""
    complete = environments_opened(rows)
    items = ChecklistItem.objects.filter(environment__in=onboarding.environments.all(), key=CHECKLIST_ITEM)
    for item in items.select_related("environment"):
        is_complete, is_signed = complete.get(item.environment.name, False), item.state != ItemState.OPEN
        if opened and is_complete and not is_signed:
            note = f"Every row of the port matrix of {onboarding.reference} is opened."
            with suppress(Conflict):  # its version of the checklist requires something first: it is signed there, later
                checklist.sign(item, note=note, revision=item.revision, by=by)
        elif not opened and is_signed and not is_complete:
            checklist.unsign(item, revision=item.revision, by=by)


def environments_opened(rows: list[MatrixRow]) -> Mapping[str, bool]:
    """Return by environment whether all of its rows that are to be opened are."""
    found: dict[str, bool] = {}
    for one in rows:
        if one.row.opens:
            found[one.row.environment] = found.get(one.row.environment, True) and one.opening is not None
    return found


def _answers(onboarding: Onboarding) -> dict[str, dict[str, object]]:
    return {section.key: definition(section.key).sound(section.answers) for section in onboarding.sections.all()}
