"""Sections that are handed to colleagues."""

from rest_framework.request import Request
from rest_framework.response import Response

from onboarding import ask_selectors, selectors
from onboarding.api import ask_serializers as serializers
from onboarding.services import asks
from portal.core.rest import Endpoint, operation


class SectionAsks(Endpoint):
    @operation(scope="onboarding:read", gives=serializers.AskOutput, many=True)
    def get(self, request: Request, id: str) -> Response:
        """List who was asked to answer the section, the newest first. The one without `ended_at` is open."""
        section = selectors.section_by_id(self.person, id)
        return self.page(ask_selectors.asks(self.person).filter(section=section))

    @operation(scope="intake:write", takes=serializers.AskInput, gives=serializers.AskOutput, status=201)
    def post(self, request: Request, id: str) -> Response:
        """Ask a colleague to answer the section. Answering or submitting it ends that; 409 while somebody is asked.

        A member gets an e-mail. Any other address is invited as a contributor when you manage the customer's people;
        otherwise its administrators are told, and the one who sends the same address again invites it.
        """
        made = asks.ask(selectors.section_by_id(self.person, id), **self.given, by=self.person)
        return self.answer(made)

    @operation(scope="intake:write", status=204)
    def delete(self, request: Request, id: str) -> Response:
        """Take the open ask back, or hand the section back when you are the one who is asked."""
        asks.take_back(selectors.section_by_id(self.person, id), by=self.person)
        return self.answer(None)


class SectionAsksOfMine(Endpoint):
    @operation(scope="onboarding:read", gives=serializers.AskOutput, many=True)
    def get(self, request: Request) -> Response:
        """List the sections that you are asked to answer and can, the newest first. An answered one is in it no more."""
        return self.page(ask_selectors.open_for(self.person))
