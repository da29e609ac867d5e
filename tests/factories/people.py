"""The cast: one customer's people, another customer's, and the provider's."""

from itertools import count

from portal.accounts.models import Customer, Membership, User
from portal.accounts.states import CustomerRole, StaffRole

PASSWORD = "correct horse battery staple"
_numbers = count(1)


def customer(name: str = "") -> Customer:
    number = next(_numbers)
    return Customer.objects.create(name=name or f"Customer {number}", slug=f"customer-{number}")


def contact(of: Customer, role: str = CustomerRole.CONTRIBUTOR, *, name: str = "") -> User:
    number = next(_numbers)
    user = User.objects.create_user(
        f"contact{number}@{of.slug}.example", PASSWORD, full_name=name or f"Contact {number}"
    )
    Membership.objects.create(user=user, customer=of, role=role)
    return user


def viewer(of: Customer) -> User:
    return contact(of, CustomerRole.VIEWER)


def customer_administrator(of: Customer) -> User:
    return contact(of, CustomerRole.ADMINISTRATOR)


def staff(role: str, *, name: str = "") -> User:
    number = next(_numbers)
    return User.objects.create_user(
        f"staff{number}@provider.example", PASSWORD, full_name=name or f"Staff {number}", staff_role=role
    )


def account_manager() -> User:
    return staff(StaffRole.ACCOUNT_MANAGER)


def engineer() -> User:
    return staff(StaffRole.OPERATIONS_ENGINEER)


def approver() -> User:
    return staff(StaffRole.RELEASE_APPROVER)


def auditor() -> User:
    return staff(StaffRole.AUDITOR)


def administrator() -> User:
    return staff(StaffRole.ADMINISTRATOR)
