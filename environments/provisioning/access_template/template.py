"""The template's text: deterministic, so that two portals of one version hand out the same, and a digest proves which it is."""

import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache, cached_property
from typing import Any

from environments.provisioning.access_template.limits import Limits, Statement
from environments.provisioning.access_template.roles import AREAS, PROVISIONER, READ, Allowed, allowed

DATED = "2026-11-28"
"""The day of the last change to the roles, their limits or the boundary. The actions follow the steps by themselves, and the
version with them."""

POLICY_LIMIT = 6144
"""Characters of a managed policy, white space not counted. Source: IAM user guide, "IAM and AWS STS quotas"."""

VERSION_TAG = "template"
_SESSION_SECONDS = 3600
_NO_VPC = "arn:aws:ec2:*:*:vpc/none"

_NEVER = (
    "account:*",
    "aws-portal:*",
    "billing:*",
    "ec2:AcceptVpcPeeringConnection",
    "iam:*AccessKey*",
    "iam:*Group*",
    "iam:*LoginProfile*",
    "iam:*MFADevice*",
    "iam:*OpenIDConnectProvider*",
    "iam:*SAMLProvider*",
    "iam:*User*",
    "iam:CreatePolicy*",
    "iam:DeletePolicy*",
    "iam:DeleteRolePermissionsBoundary",
    "iam:PutRolePermissionsBoundary",
    "iam:SetDefaultPolicyVersion",
    "kms:DisableKey",
    "kms:ScheduleKeyDeletion",
    "organizations:*",
    "s3:BypassGovernanceRetention",
    "s3:DeleteObjectVersion",
    "cloudtrail:StopLogging",
)
"""What none of the roles may do, nor a role that they make, whatever else allows it."""

_AUDIT = "s3:::{prefix}-{account}-audit-*/*"
_WITHOUT_REGION = ("iam:*", "route53:*", "sts:*")


@dataclass(frozen=True, slots=True)
class Given:
    """What one account fills in: the defaults of the template's parameters."""

    role_name: str
    principal_arn: str
    external_id: str
    environments: Sequence[str]
    regions: Sequence[str]
    vpc_arns: Sequence[str] = ()


@dataclass(frozen=True)
class Template:
    """The template of one portal: `provider` is its name, `prefix` that of its tags, `step_actions` what its steps state."""

    provider: str
    prefix: str
    step_actions: tuple[str, ...]

    @cached_property
    def roles(self) -> tuple[Allowed, ...]:
        return allowed(self.step_actions)

    @cached_property
    def digest(self) -> str:
        """SHA-256 of all that does not depend on the account."""
        return hashlib.sha256(_text(self._body("")).encode()).hexdigest()

    @property
    def version(self) -> str:
        return f"{DATED}.{self.digest[:8]}"

    def text(self, given: Given) -> str:
        """Return the template as JSON, its parameters filled in for one account."""
        body = self._body(self.version)
        for name, value in self.parameters(given).items():
            body["Parameters"][name]["Default"] = value
        return _text(body)

    def parameters(self, given: Given) -> dict[str, str]:
        """Return the value of each parameter for one account."""
        return {
            "RoleName": given.role_name,
            "ProviderPrincipalArn": given.principal_arn,
            "ExternalId": given.external_id,
            "EnvironmentNames": ",".join(given.environments),
            "Regions": ",".join(given.regions),
            "VpcArns": ",".join(given.vpc_arns) or _NO_VPC,
        }

    @property
    def stack_name(self) -> str:
        return f"{self.prefix.lower()}-managed-services-access"

    def role_name(self, role: str, provisioner: str) -> str:
        """Return what a role is called, given the provisioner's name, which the portal knows already."""
        return provisioner if role == PROVISIONER else f"{provisioner}-{role}"

    # ---- what it is made of

    def _body(self, version: str) -> dict[str, Any]:
        return {
            "AWSTemplateFormatVersion": "2010-09-09",
            "Description": f"Lets {self.provider} provision and operate environments in this account. Version {version}.",
            "Parameters": _parameters(),
            "Resources": self._resources(version),
            "Outputs": {
                **{f"{one.role}RoleArn": {"Value": {"Fn::GetAtt": [one.role, "Arn"]}} for one in self.roles},
                "TemplateVersion": {"Value": version},
            },
        }

    def _resources(self, version: str) -> dict[str, Any]:
        most = boundary(Limits(self.prefix).arn(_AUDIT), {"Ref": "Regions"})
        made: dict[str, Any] = {"Boundary": self._policy("boundary", most)}
        for one in self.roles:
            made[one.role] = self._role(one, version)
            for area, actions in one.areas.items():
                said = self._statements(area, actions)
                made[f"{one.role}{area.title()}"] = self._policy(f"{one.role}-{area}".lower(), said, one.role)
        return made

    def _statements(self, area: str, actions: Sequence[str]) -> list[Statement]:
        limits = Limits(self.prefix)
        return limits.looking(actions) if area == READ else limits.changing(actions)

    def _policy(self, name: str, statements: list[Statement], role: str = "") -> dict[str, Any]:
        properties = {
            "ManagedPolicyName": f"{self.prefix.lower()}-{name}",
            "Path": f"/{self.prefix.lower()}/",
            "PolicyDocument": {"Version": "2012-10-17", "Statement": statements},
        }
        attached = {"Roles": [{"Ref": role}]} if role else {}
        return {"Type": "AWS::IAM::ManagedPolicy", "Properties": properties | attached}

    def _role(self, one: Allowed, version: str) -> dict[str, Any]:
        """A role stands at the root of the paths: below ours, the provisioner could change what it may do itself."""
        name: Any = {"Ref": "RoleName"} if one.role == PROVISIONER else {"Fn::Sub": f"${{RoleName}}-{one.role}"}
        properties = {
            "RoleName": name,
            "Description": one.purpose,
            "MaxSessionDuration": _SESSION_SECONDS,
            "AssumeRolePolicyDocument": _trust(),
            "PermissionsBoundary": {"Ref": "Boundary"},
            "Tags": [{"Key": f"{self.prefix}:{VERSION_TAG}", "Value": version}],
        }
        return {"Type": "AWS::IAM::Role", "Properties": properties}


def of(provider: str, prefix: str, step_actions: Iterable[str]) -> Template:
    return _made(provider, prefix, tuple(step_actions))


@cache
def _made(provider: str, prefix: str, step_actions: tuple[str, ...]) -> Template:
    """Its version costs some milliseconds, and is asked for with every look."""
    return Template(provider, prefix, step_actions)


def boundary(audit: Any, regions: Any = None) -> list[Statement]:
    """Return the most that policies can allow; by itself it allows nothing. `audit`: the objects of the audit buckets.
    `regions`: the only ones to work in, where there is a limit."""
    most: list[Statement] = [
        {"Effect": "Allow", "Action": "*", "Resource": "*"},
        {"Effect": "Deny", "Action": list(_NEVER), "Resource": "*"},
        {"Effect": "Deny", "Action": "s3:DeleteObject", "Resource": [audit]},
    ]
    if regions is None:
        return most
    elsewhere = {"StringNotEquals": {"aws:RequestedRegion": regions}}
    return [*most, {"Effect": "Deny", "NotAction": list(_WITHOUT_REGION), "Resource": "*", "Condition": elsewhere}]


def areas_in_words(one: Allowed) -> dict[str, tuple[str, ...]]:
    """Return a role's actions under headings that a reader understands."""
    return {AREAS[key]: actions for key, actions in one.areas.items()}


def size(document: Mapping[str, Any]) -> int:
    """Return the characters that IAM counts of a policy."""
    return len(json.dumps(document, separators=(",", ":")))


def _trust() -> dict[str, Any]:
    """Source: IAM user guide, "Access to AWS accounts owned by third parties"."""
    statement = {
        "Effect": "Allow",
        "Principal": {"AWS": {"Ref": "ProviderPrincipalArn"}},
        "Action": "sts:AssumeRole",
        "Condition": {"StringEquals": {"sts:ExternalId": {"Ref": "ExternalId"}}},
    }
    return {"Version": "2012-10-17", "Statement": [statement]}


def _parameters() -> dict[str, dict[str, str]]:
    told = {
        "RoleName": ("String", "Name of the role that provisions; the other three carry it before theirs"),
        "ProviderPrincipalArn": ("String", "The one identity of the provider that may enter"),
        "ExternalId": ("String", "The provider names it on entering; it belongs to this account and is no secret"),
        "EnvironmentNames": ("String", "The environments that this is for, for whoever reads the stack"),
        "Regions": ("CommaDelimitedList", "The Regions in which the provider may work"),
        "VpcArns": ("CommaDelimitedList", "Your own VPCs whose route tables the provider may add routes to"),
    }
    return {name: {"Type": kind, "Description": text} for name, (kind, text) in told.items()}


def _text(body: Mapping[str, Any]) -> str:
    return json.dumps(body, indent=1) + "\n"
