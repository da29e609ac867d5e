"""The hand-over pack in the API."""

from rest_framework.request import Request
from rest_framework.response import Response

from environments import selectors as environments
from onboarding.hand_over_pack import services
from onboarding.hand_over_pack.api import serializers
from portal.core.rest import Endpoint, operation


class HandOverPack(Endpoint):
    @operation(scope="environment:read", gives=serializers.HandOverPackOutput)
    def get(self, request: Request, id: str) -> Response:
        """Read what the hand-over pack of an environment holds, with the digests of its files."""
        return self.answer(services.made(environments.environment(self.person, id)))


class HandOverPackDownloads(Endpoint):
    @operation(
        scope="environment:read",
        takes=serializers.DownloadInput,
        gives=serializers.HandOverPackFileOutput,
        unrepeatable=True,
    )
    def post(self, request: Request, id: str) -> Response:
        """Download the pack as `pdf` or `zip`. The audit record says who took it.

        An Idempotency-Key is not kept here: the same content has the same bytes.
        """
        environment = environments.environment(self.person, id)
        return self.answer(services.download(environment, self.given["kind"], by=self.person))
