"""The CloudFormation template that the customer deploys to let the portal in: four roles, each with what it needs and no more.

It is made from the actions that the steps state, so it can neither forget one nor keep one that nothing uses.
"""

from environments.provisioning.access_template.roles import AREAS, BACKUP, OPERATOR, PROVISIONER, READ_ONLY, Allowed
from environments.provisioning.access_template.template import VERSION_TAG, Given, Template, boundary, of

__all__ = [
    "AREAS",
    "BACKUP",
    "OPERATOR",
    "PROVISIONER",
    "READ_ONLY",
    "VERSION_TAG",
    "Allowed",
    "Given",
    "Template",
    "boundary",
    "of",
]
