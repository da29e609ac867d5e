"""Checklist items, their signatures, and the files that they are signed with."""

from rest_framework.request import Request
from rest_framework.response import Response

from environments import selectors
from environments.api import checklist_serializers as serializers
from environments.api.views import ENVIRONMENT, filtered
from environments.services import checklist
from environments.states import ItemKind, ItemOwner, ItemState
from portal.core.errors import NotFound
from portal.core.queries import Param
from portal.core.rest import Endpoint, operation
from portal.files.api import AttachmentOutput
from portal.files.services import NewFile


class ChecklistItems(Endpoint):
    @operation(
        scope="environment:read",
        gives=serializers.ChecklistItemOutput,
        many=True,
        params=(
            ENVIRONMENT,
            Param("state", "Only in this state.", choices=tuple(ItemState.values), many=True),
            Param("owner", "Only of this side.", choices=tuple(ItemOwner.values)),
            Param("kind", "Only of this kind.", choices=tuple(ItemKind.values)),
        ),
    )
    def get(self, request: Request) -> Response:
        """List checklist items."""
        rows = selectors.checklist(self.person)
        return self.page(filtered(rows, self.query, "environment", "state", "owner", "kind"))


class ChecklistItem(Endpoint):
    @operation(scope="environment:read", gives=serializers.ChecklistItemOutput)
    def get(self, request: Request, id: str) -> Response:
        """Read one checklist item."""
        found = selectors.checklist_item(self.person, id)
        return self.answer(found, tag=found.revision)


class _SignedItem(Endpoint):
    def shown(self, id: str) -> Response:
        found = selectors.checklist_item(self.person, id)
        return self.answer(found, tag=found.revision)


class Signatures(_SignedItem):
    @operation(
        scope="checklist:write",
        takes=serializers.SignatureInput,
        gives=serializers.ChecklistItemOutput,
        guarded=True,
    )
    def post(self, request: Request, id: str) -> Response:
        """Sign a manual item: say that it is true and how you know, in a note or with a file.

        Where it needs a second person, it is `signed` until that one confirms it. 409 while what it requires is not true.
        """
        item = selectors.checklist_item(self.person, id)
        given = self.given["file"]
        file = NewFile(**given) if given else None
        checklist.sign(item, note=self.given["note"], file=file, revision=self.revision, by=self.person)
        return self.shown(id)

    @operation(scope="checklist:write", gives=serializers.ChecklistItemOutput, guarded=True)
    def delete(self, request: Request, id: str) -> Response:
        """Take a signature back: the item is open again."""
        checklist.unsign(selectors.checklist_item(self.person, id), revision=self.revision, by=self.person)
        return self.shown(id)


class Confirmations(_SignedItem):
    @operation(scope="checklist:write", gives=serializers.ChecklistItemOutput, guarded=True)
    def post(self, request: Request, id: str) -> Response:
        """Confirm, as the second person, what somebody else of your side signed: now it is true."""
        checklist.confirm(selectors.checklist_item(self.person, id), revision=self.revision, by=self.person)
        return self.shown(id)


class EvidenceFile(Endpoint):
    @operation(scope="environment:read", gives=AttachmentOutput)
    def get(self, request: Request, id: str) -> Response:
        """Read the file that an item is signed with. 404 where it is signed without one."""
        item = selectors.checklist_item(self.person, id)
        if item.evidence_file is None:
            raise NotFound("This item is signed without a file.")
        return self.answer(item.evidence_file)
