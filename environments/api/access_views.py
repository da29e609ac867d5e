"""The template by which the customer lets the portal in."""

from rest_framework.request import Request
from rest_framework.response import Response

from environments import selectors
from environments.api import access_serializers
from portal.core.rest import Endpoint, operation


class AccessTemplate(Endpoint):
    @operation(scope="environment:read", gives=access_serializers.AccessTemplateOutput)
    def get(self, request: Request, id: str) -> Response:
        """Read the CloudFormation template that the customer deploys to let the provider in.

        It is filled in for the environment's AWS account and serves all environments there. It changes with `version`.
        """
        return self.answer(selectors.environment(self.person, id).aws_account)
