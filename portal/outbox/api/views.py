"""Messages of the person who calls, and how these reach them."""

from rest_framework.request import Request
from rest_framework.response import Response

from portal.core.queries import Param
from portal.core.rest import Endpoint, operation
from portal.outbox import preferences, reading, selectors
from portal.outbox.api import serializers

_STATE = Param("state", "Only those unread, or only those read.", choices=("unread", "read"))


class Messages(Endpoint):
    @operation(scope="messages:read", gives=serializers.MessageOutput, many=True, params=(_STATE,))
    def get(self, request: Request) -> Response:
        """List what you were told, the newest first."""
        rows, state = selectors.notices(self.person), self.query["state"]
        return self.page(rows.filter(read_at__isnull=state == "unread") if state else rows)


class Message(Endpoint):
    @operation(scope="messages:read", gives=serializers.MessageOutput)
    def get(self, request: Request, id: str) -> Response:
        """Read one message. It stays unread until you mark it."""
        return self.answer(selectors.notice(self.person, id))


class Reads(Endpoint):
    @operation(scope="messages:write", gives=serializers.MessageOutput)
    def post(self, request: Request, id: str) -> Response:
        """Mark a message as read."""
        return self.answer(reading.read(selectors.notice(self.person, id)))


class AllReads(Endpoint):
    @operation(scope="messages:write", gives=serializers.AllReadOutput)
    def post(self, request: Request) -> Response:
        """Mark all your messages as read."""
        return self.answer(reading.read_all(self.person))


class Preferences(Endpoint):
    @operation(scope="messages:read", gives=serializers.PreferencesOutput)
    def get(self, request: Request) -> Response:
        """Read how messages reach you."""
        return self.answer(selectors.preferences(self.person))

    @operation(scope="messages:write", takes=serializers.PreferencesInput, gives=serializers.PreferencesOutput)
    def patch(self, request: Request) -> Response:
        """Choose how messages reach you, from the next one on."""
        return self.answer(preferences.change(self.person, self.given))


class AddressRetries(Endpoint):
    @operation(scope="messages:write", gives=serializers.PreferencesOutput)
    def post(self, request: Request) -> Response:
        """Have mail sent again to your address, which took none."""
        preferences.try_address_again(self.person)
        return self.answer(selectors.preferences(self.person))
