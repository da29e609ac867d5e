"""What the API says and takes about environments, specifications and resources."""

from typing import Any

from rest_framework import serializers

from environments.models import Adoption, Environment, ProductDeployment, Resource, Specification
from environments.states import EnvironmentKind
from portal.core.rest import Output, Reference, maybe_person, reference, url, web_url


class Progress(serializers.Serializer):
    """How many of how many."""

    done = serializers.IntegerField()
    total = serializers.IntegerField()


class EnvironmentOutput(Output):
    """Production or non-production, in one AWS account, region and VPC. `checklist` counts the items that are true. `vpc_id`
    is empty until a VPC that the provider makes stands. `has_drifted`: the latest check found AWS other than approved; null
    where none was made. `torn_down_at`: since when nothing of ours is left."""

    id = serializers.CharField()
    url = serializers.URLField()
    web_url = serializers.URLField()
    name = serializers.CharField()
    kind = serializers.ChoiceField(EnvironmentKind.choices)
    customer = Reference()
    account_id = serializers.CharField()
    region = serializers.CharField()
    vpc_id = serializers.CharField()
    cidr_blocks = serializers.ListField(child=serializers.CharField())
    checklist = Progress()
    has_drifted = serializers.BooleanField(allow_null=True)
    torn_down_at = serializers.DateTimeField(allow_null=True)
    created_at = serializers.DateTimeField()

    @staticmethod
    def render(row: Any) -> dict[str, Any]:
        return {
            "id": row.pk,
            "url": url(f"environments/{row.pk}"),
            "web_url": web_url(f"environments/{row.pk}/"),
            "name": row.name,
            "kind": row.kind,
            "customer": reference("customers", row.customer_id, row.customer.name),
            "account_id": row.aws_account.account_id,
            "region": row.region,
            "vpc_id": row.vpc_id,
            "cidr_blocks": row.cidr_blocks,
            "checklist": {"done": row.green, "total": row.items},
            "has_drifted": row.has_drifted,
            "torn_down_at": row.torn_down_at,
            "created_at": row.created_at,
        }


class ProductDeploymentOutput(Output):
    """One product, version and pattern, and its name and address in the environment."""

    id = serializers.CharField()
    product = serializers.CharField()
    version = serializers.CharField()
    pattern = serializers.CharField()
    hostname = serializers.CharField()
    address = serializers.IPAddressField()

    @staticmethod
    def render(row: ProductDeployment) -> dict[str, Any]:
        return {
            "id": row.pk,
            "product": row.product,
            "version": row.version,
            "pattern": row.pattern,
            "hostname": row.hostname,
            "address": row.address,
        }


class EnvironmentDetailOutput(EnvironmentOutput):
    """Besides: what the customer's role needs, and the products. The external ID is no secret."""

    role_arn = serializers.CharField()
    external_id = serializers.CharField()
    account_verified_at = serializers.DateTimeField(allow_null=True)
    product_deployments = ProductDeploymentOutput(many=True)

    @staticmethod
    def render(row: Environment) -> dict[str, Any]:
        deployments = row.product_deployments.order_by("pk")
        return {
            **EnvironmentOutput.render(row),
            "role_arn": row.aws_account.role_arn,
            "external_id": row.aws_account.external_id,
            "account_verified_at": row.aws_account.verified_at,
            "product_deployments": [ProductDeploymentOutput.render(deployment) for deployment in deployments],
        }


class TopologyOutput(Output):
    """The network as nodes and edges, the machine-readable twin of the drawing."""

    nodes = serializers.ListField(child=serializers.DictField())
    edges = serializers.ListField(child=serializers.DictField())

    @staticmethod
    def render(row: dict[str, Any]) -> dict[str, Any]:
        return {"nodes": row["nodes"], "edges": row["edges"]}


class SpecificationOutput(Output):
    """The approved answers of one environment, frozen. Secrets are references to the vault."""

    id = serializers.CharField()
    url = serializers.URLField()
    web_url = serializers.URLField()
    environment = Reference()
    version = serializers.IntegerField()
    digest = serializers.CharField()
    content = serializers.DictField()
    created_at = serializers.DateTimeField()

    @staticmethod
    def render(row: Specification) -> dict[str, Any]:
        return {
            "id": row.pk,
            "url": url(f"specifications/{row.pk}"),
            "web_url": web_url(f"environments/{row.environment_id}/"),
            "environment": reference("environments", row.environment_id, row.environment.name),
            "version": row.version,
            "digest": row.digest,
            "content": row.content,
            "created_at": row.created_at,
        }


class NamedOutput(Output):
    """Something in AWS by its name: which step it belongs to, in which environment."""

    id = serializers.CharField()
    environment = Reference()
    step = serializers.CharField()
    kind = serializers.CharField()
    name = serializers.CharField()
    aws_id = serializers.CharField()

    @staticmethod
    def render(row: Resource | Adoption) -> dict[str, Any]:
        return {
            "id": row.pk,
            "environment": reference("environments", row.environment_id, row.environment.name),
            "step": row.step,
            "kind": row.kind,
            "name": row.name,
            "aws_id": row.aws_id,
        }


class ResourceOutput(NamedOutput):
    """Something that exists in AWS because of a step."""

    account_id = serializers.CharField()
    region = serializers.CharField()
    attributes = serializers.DictField()
    first_seen_at = serializers.DateTimeField()
    last_seen_at = serializers.DateTimeField()

    @staticmethod
    def render(row: Any) -> dict[str, Any]:
        return {
            **NamedOutput.render(row),
            "account_id": row.account_id,
            "region": row.region,
            "attributes": row.attributes,
            "first_seen_at": row.first_seen_at,
            "last_seen_at": row.last_seen_at,
        }


class AdoptionOutput(NamedOutput):
    """A person's decision that a resource of the customer's is used instead of a new one. A tear-down leaves it."""

    adopted_by = Reference()
    created_at = serializers.DateTimeField()

    @staticmethod
    def render(row: Any) -> dict[str, Any]:
        return {
            **NamedOutput.render(row),
            "adopted_by": maybe_person(row.adopted_by),
            "created_at": row.created_at,
        }
