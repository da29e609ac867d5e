"""People, customers (the tenants) and how they belong together."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Self, TypeVar

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.contrib.auth.models import PermissionsMixin
from django.db import models
from django.db.models.functions import Lower

from portal.accounts.states import CustomerRole, StaffRole
from portal.core import clock
from portal.core.ids import PrefixedIdField

if TYPE_CHECKING:
    from django.contrib.auth.models import AnonymousUser


class UserManager(BaseUserManager["User"]):
    def create_user(self, email: str, password: str | None = None, **fields: Any) -> User:
        user = self.model(email=email.strip().lower(), **fields)
        user.set_password(password)
        user.save(using=self._db)
        return user

    def create_superuser(self, email: str, password: str | None = None, **fields: Any) -> User:
        fields |= {"is_superuser": True, "staff_role": StaffRole.ADMINISTRATOR}
        return self.create_user(email, password, **fields)

    def get_by_natural_key(self, username: str | None) -> User:
        return self.get(email__iexact=username)


class User(AbstractBaseUser, PermissionsMixin):
    """A person who logs in by e-mail: of the provider (`staff_role` set) or of customers (memberships)."""

    id = PrefixedIdField("usr")
    email = models.EmailField("e-mail address", unique=True)
    full_name = models.CharField(max_length=120)
    job_title = models.CharField(max_length=120, blank=True)
    staff_role = models.CharField(max_length=32, choices=StaffRole.choices, blank=True)
    is_active = models.BooleanField(default=True)
    created_at = models.DateTimeField(auto_now_add=True)

    objects = UserManager()

    USERNAME_FIELD = "email"
    REQUIRED_FIELDS = ["full_name"]

    class Meta:
        constraints = [models.UniqueConstraint(Lower("email"), name="user_email_unique")]

    def __str__(self) -> str:
        return self.full_name or self.email

    @property
    def is_provider(self) -> bool:
        """True for a person of the provider's, who sees every customer."""
        return bool(self.staff_role)

    @property
    def is_staff(self) -> bool:
        """What Django's admin asks: only a superuser enters it."""
        return self.is_superuser

    @property
    def initials(self) -> str:
        words = (self.full_name or self.email).split()
        return "".join(word[0] for word in words[:2]).upper()


class CustomerQuerySet(models.QuerySet["Customer"]):
    def visible_to(self, user: User | AnonymousUser) -> Self:
        """The customers this person may see: all for the provider's people, one's own otherwise."""
        if not user.is_authenticated:
            return self.none()
        if user.is_provider:
            return self
        return self.filter(memberships__user=user)


class Customer(models.Model):
    """The organisation, the tenant. Everything a customer owns carries its key."""

    id = PrefixedIdField("cus")
    name = models.CharField(max_length=120)
    slug = models.SlugField(max_length=40, unique=True)
    time_zone = models.CharField(max_length=64, default="UTC")
    created_at = models.DateTimeField(auto_now_add=True)

    objects = CustomerQuerySet.as_manager()

    class Meta:
        constraints = [models.UniqueConstraint(Lower("name"), name="customer_name_unique")]

    def __str__(self) -> str:
        return self.name


Row = TypeVar("Row", bound=models.Model)


class TenantQuerySet(models.QuerySet[Row]):
    """Vocabulary of every query of tenant data."""

    def visible_to(self, user: User | AnonymousUser) -> Self:
        """The rows of the customers this person may see. Every read on someone's behalf begins here."""
        if not user.is_authenticated:
            return self.none()
        if user.is_provider:
            return self
        return self.filter(customer__in=Membership.objects.filter(user=user).values("customer"))


class TenantModel(models.Model):
    """A row that belongs to one customer."""

    customer = models.ForeignKey(Customer, on_delete=models.PROTECT, related_name="+")

    objects: Any = TenantQuerySet.as_manager()

    class Meta:
        abstract = True


class Membership(models.Model):
    """A person's role at one customer."""

    id = PrefixedIdField("mem")
    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="memberships")
    customer = models.ForeignKey(Customer, on_delete=models.PROTECT, related_name="memberships")
    role = models.CharField(max_length=32, choices=CustomerRole.choices)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["customer", "user"], name="membership_once")]

    def __str__(self) -> str:
        return f"{self.user} at {self.customer}"


class InvitationQuerySet(models.QuerySet["Invitation"]):
    def open(self) -> Self:
        """The invitations that can be accepted now."""
        return self.filter(accepted_at__isnull=True, revoked_at__isnull=True, expires_at__gt=clock.now())


class Invitation(models.Model):
    """An offer to join, sent to one address, good once. `customer` is empty for the provider's own people."""

    id = PrefixedIdField("inv")
    email = models.EmailField("e-mail address")
    customer = models.ForeignKey(Customer, on_delete=models.PROTECT, null=True, blank=True, related_name="invitations")
    role = models.CharField(max_length=32)
    token_digest = models.CharField(max_length=64, unique=True)
    invited_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")
    created_at = models.DateTimeField(auto_now_add=True)
    expires_at = models.DateTimeField()
    accepted_at = models.DateTimeField(null=True, blank=True)
    revoked_at = models.DateTimeField(null=True, blank=True)

    objects = InvitationQuerySet.as_manager()

    def __str__(self) -> str:
        return f"invitation of {self.email}"


class ApiToken(models.Model):
    """A bearer token of one person. Only its digest is kept; `prefix` is shown so that people can tell them apart."""

    id = PrefixedIdField("tok")
    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="api_tokens")
    name = models.CharField(max_length=80)
    prefix = models.CharField(max_length=16)
    digest = models.CharField(max_length=64, unique=True)
    scopes = models.JSONField(default=list)
    created_at = models.DateTimeField(auto_now_add=True)
    expires_at = models.DateTimeField()
    last_used_at = models.DateTimeField(null=True, blank=True)
    revoked_at = models.DateTimeField(null=True, blank=True)

    def __str__(self) -> str:
        return f"{self.name} ({self.prefix}…)"
