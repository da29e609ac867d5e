"""The audit record: read, never written."""

from rest_framework.request import Request
from rest_framework.response import Response

from portal.accounts import rules
from portal.accounts.models import User
from portal.accounts.states import CustomerRole
from portal.audit import selectors, verifier
from portal.audit.api.serializers import AuditChainOutput, AuditEventOutput
from portal.core.errors import Forbidden, NotFound
from portal.core.queries import Param
from portal.core.rest import Endpoint, operation

_FILTERS = (
    Param("customer", "Only acts of this customer.", kind="id"),
    Param("actor", "Only acts of this person.", kind="id"),
    Param("action", "Whole (`section.submitted`) or its noun (`section`)."),
    Param("subject_type", "Only acts on this kind of object."),
    Param("subject_id", "Only acts on this object."),
    Param("request_id", "Only acts of the call whose answer carried this X-Request-ID."),
    Param("since", "From this moment on.", kind="moment"),
    Param("until", "Before this moment.", kind="moment"),
)


def require_reader(person: User) -> None:
    if not rules.may_read_audit(person):
        raise Forbidden("The audit log is for the provider's people and the administrators of a customer.")


class AuditEvents(Endpoint):
    @operation(scope="audit:read", gives=AuditEventOutput, many=True, params=_FILTERS)
    def get(self, request: Request) -> Response:
        """List the acts you may read, the newest first."""
        require_reader(self.person)
        given = {name: value for name, value in self.query.items() if value and name not in ("limit", "cursor")}
        return self.page(selectors.events(self.person, **given))


class AuditEvent(Endpoint):
    @operation(scope="audit:read", gives=AuditEventOutput)
    def get(self, request: Request, id: str) -> Response:
        """Read one act."""
        found = selectors.events(self.person).filter(pk=id).first()
        if found is None:
            raise NotFound
        return self.answer(found)


class AuditChains(Endpoint):
    @operation(scope="audit:read", gives=AuditChainOutput, many=True, paged=False)
    def get(self, request: Request) -> Response:
        """Walk every chain you may read, now, and say whether each is what was written. One page always."""
        require_reader(self.person)
        if rules.is_provider(self.person):
            return self.whole(list(verifier.verify()))
        administered = self.person.memberships.filter(role=CustomerRole.ADMINISTRATOR)
        return self.whole([verifier.verify_chain(found) for found in administered.values_list("customer", flat=True)])
