"""The sample people of the embedded mode, and how to log in as them."""

from dataclasses import dataclass
from functools import cache

from django.contrib.auth.hashers import make_password

from portal.accounts.models import Customer, Membership, User
from portal.accounts.states import CustomerRole, StaffRole

PASSWORD = "look-around-2026"


@dataclass(frozen=True, slots=True)
class Person:
    name: str
    email: str
    title: str
    role: str


STAFF = {
    "manager": Person("Dilini Fernando", "dilini@wso2.example", "Account manager", StaffRole.ACCOUNT_MANAGER),
    "engineer": Person(
        "Nimal Perera", "nimal@wso2.example", "Cloud operations engineer", StaffRole.OPERATIONS_ENGINEER
    ),
    "second_engineer": Person(
        "Tharindu Silva", "tharindu@wso2.example", "Cloud operations engineer", StaffRole.OPERATIONS_ENGINEER
    ),
    "approver": Person("Ruwan Jayasuriya", "ruwan@wso2.example", "Head of operations", StaffRole.RELEASE_APPROVER),
    "auditor": Person("Amara Cole", "amara@wso2.example", "Internal auditor", StaffRole.AUDITOR),
    "administrator": Person("Priya Nair", "priya@wso2.example", "Portal administrator", StaffRole.ADMINISTRATOR),
}

# What `up` prints: one log-in for each kind of person.
SAMPLE_LOG_INS: list[tuple[str, str, str]] = [
    ("Customer, filling in the intake", "hanna@northwind.example", PASSWORD),
    ("Customer, asked to accept the peering", "marcus@moreau.example", PASSWORD),
    ("Customer, about to receive credentials", "sofia@straitsbank.example", PASSWORD),
    ("Account manager", STAFF["manager"].email, PASSWORD),
    ("Cloud operations engineer", STAFF["engineer"].email, PASSWORD),
    ("Release approver", STAFF["approver"].email, PASSWORD),
    ("Auditor", STAFF["auditor"].email, PASSWORD),
    ("Portal administrator", STAFF["administrator"].email, PASSWORD),
]


def create_staff() -> dict[str, User]:
    """Create the provider's people; return them by their part."""
    return {part: _create(person, staff_role=person.role) for part, person in STAFF.items()}


def create_contact(customer: Customer, person: Person) -> User:
    """Create one of a customer's people, who may log in at once."""
    user = _create(person)
    Membership.objects.create(user=user, customer=customer, role=person.role)
    return user


def contact(name: str, email: str, title: str, role: str = CustomerRole.CONTRIBUTOR) -> Person:
    return Person(name, email, title, role)


def _create(person: Person, *, staff_role: str = "") -> User:
    user = User.objects.create_user(
        person.email, None, full_name=person.name, job_title=person.title, staff_role=staff_role
    )
    user.password = _hashed()
    user.save(update_fields=["password"])
    return user


@cache
def _hashed() -> str:
    """Return the sample password's hash, made once: it costs up to a second, and the same word needs no second salt."""
    return make_password(PASSWORD)
