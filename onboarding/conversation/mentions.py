"""Who is meant by an `@` in a text: `@Ada Lovelace`, or `@ada@acme.example`."""

import re
from collections.abc import Iterable

from portal.accounts.models import User
from portal.core.errors import FieldProblem, Invalid

_ADDRESS = re.compile(r"(?<![\w@])@([\w.!#$%&'*+/=?^`{|}~-]+@[\w-]+(?:\.[\w-]+)+)")


def resolve(text: str, picked: Iterable[str], *, people: list[User], internal: bool) -> list[User]:
    """Return who is mentioned, in the text or by id, in the order of `people`: those that may be mentioned here.

    Raises `Invalid` where somebody is mentioned who cannot see the comment. Whether an address or an id is of somebody
    elsewhere is not told.
    """
    found = {person.pk for person in people if _named(person, text)}
    by_address = {person.email: person.pk for person in people}
    problems = []
    for address in _ADDRESS.findall(text):
        if address.lower() in by_address:
            found.add(by_address[address.lower()])
        else:
            problems.append(FieldProblem("text", f"Nobody with the address {address} sees this conversation"))
    known = {person.pk for person in people}
    if not known.issuperset(picked):
        problems.append(FieldProblem("mentions", "One of the people to mention does not see this conversation"))
    mentioned = [person for person in people if person.pk in found | set(picked)]
    problems += [_blind(person) for person in mentioned if internal and not person.is_provider]
    if problems:
        raise Invalid(problems, "There is a problem with who is mentioned.")
    return mentioned


def _named(person: User, text: str) -> bool:
    """True where the whole name follows an `@`; `ops@acme.example` mentions nobody."""
    name = person.full_name
    return bool(name) and re.search(rf"(?<![\w@])@{re.escape(name)}(?!\w)", text, re.IGNORECASE) is not None


def _blind(person: User) -> FieldProblem:
    return FieldProblem(
        "text", f"{person} cannot see an internal comment. Take the mention out, or let both sides see the comment"
    )
