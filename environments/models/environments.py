"""Where something stands in AWS, or shall stand, and the approved answers that say what."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from environments.states import EnvironmentKind
from portal.accounts.models import TenantModel
from portal.core.ids import PrefixedIdField


class AwsAccount(TenantModel):
    """A customer's AWS account and how the portal enters it. The external ID is ours, random, one per account; it is
    shown to the customer, who puts it into the role's trust policy (docs: IAM, the confused deputy).

    `root_email`: the address of its root user, where the provider opens it; `account_id` is then empty until it is open."""

    id = PrefixedIdField("acc")
    account_id = models.CharField(max_length=12, blank=True)
    root_email = models.CharField(max_length=254, blank=True)
    external_id = models.CharField(max_length=64, unique=True)
    role_name = models.CharField(max_length=64)
    verified_at = models.DateTimeField(null=True, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["customer", "account_id"], condition=~Q(account_id=""), name="aws_account_once_per_customer"
            ),
            models.UniqueConstraint(
                fields=["customer", "root_email"], condition=~Q(root_email=""), name="new_account_once_per_customer"
            ),
            models.UniqueConstraint(
                fields=["account_id"], condition=Q(verified_at__isnull=False), name="aws_account_proven_by_one_customer"
            ),
        ]

    def __str__(self) -> str:
        return self.account_id or f"new account of {self.root_email}"

    @property
    def role_arn(self) -> str:
        return f"arn:aws:iam::{self.account_id}:role/{self.role_name}"


class Environment(TenantModel):
    """Production or non-production, in one AWS account, region and VPC. `check_requested_at`: since when somebody wants AWS
    observed again; None once that is done. `checklist_template`: the version of the checklist that it began with, or was moved
    to since; None until it has one. `vpc_id` is empty until a VPC that the provider makes stands. `torn_down_at`: since
    when nothing of ours is left in AWS."""

    id = PrefixedIdField("env")
    name = models.CharField(max_length=60)
    kind = models.CharField(max_length=16, choices=EnvironmentKind.choices)
    aws_account = models.ForeignKey(AwsAccount, on_delete=models.PROTECT, related_name="environments")
    region = models.CharField(max_length=20)
    vpc_id = models.CharField(max_length=25, blank=True, default="")
    cidr_blocks = models.JSONField(default=list)
    ipv6_blocks = models.JSONField(default=list)
    checklist_template = models.ForeignKey(
        "environments.ChecklistTemplate", on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    check_requested_at = models.DateTimeField(null=True, blank=True)
    torn_down_at = models.DateTimeField(null=True, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["customer", "name"], name="environment_name_once"),
            models.UniqueConstraint(
                fields=["customer", "vpc_id"], condition=~models.Q(vpc_id=""), name="environment_vpc_once"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.customer.name} {self.name}"

    @property
    def is_production(self) -> bool:
        return self.kind == EnvironmentKind.PRODUCTION


class ProductDeployment(TenantModel):
    """One product, version and pattern in one environment. `hostname` is its name in the private zone."""

    id = PrefixedIdField("pdp")
    environment = models.ForeignKey(Environment, on_delete=models.PROTECT, related_name="product_deployments")
    product = models.CharField(max_length=40)
    version = models.CharField(max_length=20)
    pattern = models.CharField(max_length=40)
    hostname = models.CharField(max_length=253)
    address = models.GenericIPAddressField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["environment", "product"], name="product_once_per_environment")]

    def __str__(self) -> str:
        return f"{self.product} {self.version}"


class Specification(TenantModel):
    """The approved answers of one environment, frozen. A changed answer makes a new version, never a changed row."""

    id = PrefixedIdField("spc")
    environment = models.ForeignKey(Environment, on_delete=models.PROTECT, related_name="specifications")
    version = models.PositiveIntegerField()
    content = models.JSONField()
    digest = models.CharField(max_length=64)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["environment", "version"], name="specification_version_once")]

    def __str__(self) -> str:
        return f"{self.environment} v{self.version}"
