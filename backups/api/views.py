"""Backup policies."""

from rest_framework.request import Request
from rest_framework.response import Response

from backups import selectors
from backups.api.serializers import BackupPolicyOutput
from portal.core.queries import Param
from portal.core.rest import Endpoint, operation


class BackupPolicies(Endpoint):
    @operation(
        scope="environment:read",
        gives=BackupPolicyOutput,
        many=True,
        params=(Param("environment", "Only of this environment.", kind="id"),),
    )
    def get(self, request: Request) -> Response:
        """List the backup policies. Non-production environments have none."""
        rows = selectors.policies(self.person)
        wanted = self.query["environment"]
        return self.page(rows.filter(environment=wanted) if wanted else rows)


class BackupPolicy(Endpoint):
    @operation(scope="environment:read", gives=BackupPolicyOutput)
    def get(self, request: Request, id: str) -> Response:
        """Read one backup policy."""
        return self.answer(selectors.policy_by_id(self.person, id))
