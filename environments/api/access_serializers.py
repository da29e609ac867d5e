"""What the API says about the template by which the customer lets the portal in."""

from typing import Any

from rest_framework import serializers

from environments.models import AwsAccount
from environments.provisioning.access_template.template import areas_in_words
from environments.services import access
from portal.core.rest import Output


class AreaOutput(serializers.Serializer):
    """The actions of one managed policy and what they are about."""

    area = serializers.CharField()
    actions = serializers.ListField(child=serializers.CharField())


class AccessRoleOutput(serializers.Serializer):
    """One of the four roles and what it may do."""

    name = serializers.CharField()
    purpose = serializers.CharField()
    areas = AreaOutput(many=True)


class AccessTemplateOutput(Output):
    """`template` is the text to deploy, as JSON in a string, with `parameters` as its defaults. `digest` (SHA-256) covers all
    of it but the parameters."""

    version = serializers.CharField()
    digest = serializers.CharField()
    stack_name = serializers.CharField()
    parameters = serializers.DictField(child=serializers.CharField())
    roles = AccessRoleOutput(many=True)
    template = serializers.CharField()

    @staticmethod
    def render(row: AwsAccount) -> dict[str, Any]:
        template = access.template()
        return {
            "version": template.version,
            "digest": template.digest,
            "stack_name": template.stack_name,
            "parameters": template.parameters(access.given(row)),
            "roles": [
                {
                    "name": template.role_name(one.role, row.role_name),
                    "purpose": one.purpose,
                    "areas": [{"area": area, "actions": list(done)} for area, done in areas_in_words(one).items()],
                }
                for one in template.roles
            ],
            "template": access.text(row),
        }
