"""Roles: what a person is at the provider, or at one customer (docs/glossary.md)."""

from django.db import models


class StaffRole(models.TextChoices):
    """A person of the provider's has one of these; a customer's person has none."""

    ACCOUNT_MANAGER = "account_manager", "Account manager"
    OPERATIONS_ENGINEER = "operations_engineer", "Cloud operations engineer"
    RELEASE_APPROVER = "release_approver", "Release approver"
    AUDITOR = "auditor", "Auditor"
    ADMINISTRATOR = "administrator", "Portal administrator"


class CustomerRole(models.TextChoices):
    """What a customer contact may do for their own organisation."""

    ADMINISTRATOR = "administrator", "Administrator"
    CONTRIBUTOR = "contributor", "Contributor"
    VIEWER = "viewer", "Viewer"
