"""The versions of the checklist, and moving an environment to a newer one."""

from rest_framework.request import Request
from rest_framework.response import Response

from environments import checklist_selectors, selectors
from environments.api import template_serializers as serializers
from environments.services import checklist_moves, checklist_templates
from portal.accounts import rules as roles
from portal.core.errors import Conflict, Forbidden
from portal.core.rest import Endpoint, operation, referred

SCOPE = "template:write"


class ChecklistTemplates(Endpoint):
    @operation(scope="environment:read", gives=serializers.TemplateOutput, many=True)
    def get(self, request: Request) -> Response:
        """List the versions of the checklist, the newest first."""
        return self.page(checklist_selectors.versions(self.person))

    @operation(scope=SCOPE, gives=serializers.TemplateDetailOutput, status=201)
    def post(self, request: Request) -> Response:
        """Begin a draft of the next version, with the items of the newest one."""
        draft = checklist_templates.begin(by=self.person)
        return self.answer(draft, location=f"checklist-templates/{draft.pk}", tag=draft.revision)


class _Version(Endpoint):
    def shown(self, id: str) -> Response:
        found = checklist_selectors.version(self.person, id)
        return self.answer(found, tag=found.revision)


class ChecklistTemplate(_Version):
    @operation(scope="environment:read", gives=serializers.TemplateDetailOutput)
    def get(self, request: Request, id: str) -> Response:
        """Read one version with its items, and how it differs from the one before."""
        return self.shown(id)

    @operation(scope=SCOPE, status=204, guarded=True)
    def delete(self, request: Request, id: str) -> Response:
        """Discard a draft."""
        found = checklist_selectors.version(self.person, id)
        checklist_templates.discard(found, revision=self.revision, by=self.person)
        return self.answer(None)


class TemplateItems(_Version):
    @operation(
        scope=SCOPE,
        takes=serializers.NewItemInput,
        gives=serializers.TemplateDetailOutput,
        status=201,
        guarded=True,
    )
    def post(self, request: Request, id: str) -> Response:
        """Put a new item at the end of a draft."""
        found = checklist_selectors.version(self.person, id)
        given, revision = self.given, self.revision
        checklist_templates.add(found, key=given["key"], values=given, revision=revision, by=self.person)
        return self.shown(id)


class TemplateItem(_Version):
    @operation(scope=SCOPE, takes=serializers.ItemValuesInput, gives=serializers.TemplateDetailOutput, guarded=True)
    def put(self, request: Request, id: str, key: str) -> Response:
        """Say an item of a draft differently."""
        found = checklist_selectors.version(self.person, id)
        checklist_templates.change(found, key, values=self.given, revision=self.revision, by=self.person)
        return self.shown(id)

    @operation(scope=SCOPE, gives=serializers.TemplateDetailOutput, guarded=True)
    def delete(self, request: Request, id: str, key: str) -> Response:
        """Take an item out of a draft."""
        found = checklist_selectors.version(self.person, id)
        checklist_templates.remove(found, key, revision=self.revision, by=self.person)
        return self.shown(id)


class TemplateOrder(_Version):
    @operation(scope=SCOPE, takes=serializers.OrderInput, gives=serializers.TemplateDetailOutput, guarded=True)
    def put(self, request: Request, id: str) -> Response:
        """Put the items of a draft in order."""
        found = checklist_selectors.version(self.person, id)
        checklist_templates.reorder(found, keys=self.given["keys"], revision=self.revision, by=self.person)
        return self.shown(id)


class TemplatePublications(_Version):
    @operation(scope=SCOPE, takes=serializers.PublicationInput, gives=serializers.TemplateDetailOutput, guarded=True)
    def post(self, request: Request, id: str) -> Response:
        """Publish a draft: new environments begin with it, and it never changes again."""
        found = checklist_selectors.version(self.person, id)
        checklist_templates.publish(found, note=self.given["note"], revision=self.revision, by=self.person)
        return self.shown(id)


class ChecklistMoves(Endpoint):
    @operation(scope="environment:read", gives=serializers.MoveOutput)
    def get(self, request: Request, id: str) -> Response:
        """See what moving to the newest version would change here. 409 where there is none newer."""
        environment = selectors.environment(self.person, id)
        if not roles.may_move_checklist(self.person):
            raise Forbidden("Only the provider's engineers and account managers move a checklist.")
        newest = checklist_selectors.newest()
        if newest is None:
            raise Conflict("There is no version of the checklist yet.")
        return self.answer(checklist_moves.preview(environment, newest))

    @operation(scope=SCOPE, takes=serializers.MoveInput, status=204)
    def post(self, request: Request, id: str) -> Response:
        """Move the environment to a newer version of the checklist.

        Signatures stay where an item means the same; elsewhere they are taken back, and AWS is looked at again.
        """
        environment = selectors.environment(self.person, id)
        if not roles.may_move_checklist(self.person):
            raise Forbidden("Only the provider's engineers and account managers move a checklist.")
        template = referred(
            lambda: checklist_selectors.version(self.person, self.given["template"]),
            pointer="template",
            what="version of the checklist",
        )
        checklist_moves.move(environment, template, by=self.person)
        return self.answer(None)
