"""What stands, or shall stand, in AWS."""

from environments.models.checklists import ChecklistTemplate, TemplateItem
from environments.models.environments import AwsAccount, Environment, ProductDeployment, Specification
from environments.models.evidence import ChecklistItem, EnvironmentSecret, Milestone
from environments.models.findings import Adoption, DriftCheck, Resource
from environments.models.runs import AwsCall, Plan, Run, RunStep

__all__ = [
    "Adoption",
    "AwsAccount",
    "AwsCall",
    "ChecklistItem",
    "ChecklistTemplate",
    "DriftCheck",
    "Environment",
    "EnvironmentSecret",
    "Milestone",
    "Plan",
    "ProductDeployment",
    "Resource",
    "Run",
    "RunStep",
    "Specification",
    "TemplateItem",
]
