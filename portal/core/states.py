"""State tables: one mapping `(state, act) -> state` per aggregate, asked by its services."""

from collections.abc import Mapping

from portal.core.errors import Conflict


class StateTable:
    """What may happen in which state.

    `table` maps `(state, act)` to the next state. An act that is missing for a state is refused.
    """

    def __init__(self, subject: str, table: Mapping[tuple[str, str], str]) -> None:
        self.subject = subject
        self.table = dict(table)

    def after(self, state: str, act: str) -> str:
        """Return the state after `act`. Raises `Conflict` where the act does not fit the state."""
        try:
            return self.table[state, act]
        except KeyError:
            words = str(state).replace("_", " ")
            raise Conflict(
                f"You cannot {act.replace('_', ' ')} this {self.subject}: it is {words}.",
                remedy="Reload the page to see what can be done now.",
            ) from None

    def allows(self, state: str, act: str) -> bool:
        return (state, act) in self.table
