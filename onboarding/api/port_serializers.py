"""What the API says and takes about the port matrix."""

from typing import Any

from rest_framework import serializers

from onboarding.port_files import state_of
from onboarding.port_matrix import DIRECTIONS
from onboarding.services.ports import MatrixRow
from portal.core.inputs import FlagInput, Input, TextsInput
from portal.core.rest import Output, Reference, maybe_person

_STATES = (("to open", "To open"), ("opened", "Opened"), ("closed", "Closed, and to stay so"))


class PortRowOutput(Output):
    """One row of the port matrix. `key` stays the same as long as the row says the same to a firewall; `port` is null for a
    protocol without ports; `offset` is what the product's own offset adds to its manual's numbers, and is in `port`."""

    key = serializers.CharField()
    environment = serializers.CharField()
    direction = serializers.ChoiceField(tuple(DIRECTIONS.items()))
    source = serializers.CharField()  # type: ignore[assignment]  # fields are no attributes
    target = serializers.CharField()
    port = serializers.IntegerField(allow_null=True)
    protocol = serializers.CharField()
    purpose = serializers.CharField()
    product = serializers.CharField()
    version = serializers.CharField()
    offset = serializers.IntegerField()
    state = serializers.ChoiceField(_STATES)
    opened_by = Reference(allow_null=True)
    opened_at = serializers.DateTimeField(allow_null=True)

    @staticmethod
    def render(row: MatrixRow) -> dict[str, Any]:
        said = row.row.as_data()
        del said["opens"]
        return {
            **said,
            "state": state_of(row),
            "opened_by": maybe_person(row.opening.opened_by) if row.opening else None,
            "opened_at": row.opening.opened_at if row.opening else None,
        }


class PortOpeningInput(Input):
    """`rows` are keys of the matrix; `opened` false takes them back."""

    rows = TextsInput("the keys of the rows")
    opened = FlagInput("whether they are opened")
