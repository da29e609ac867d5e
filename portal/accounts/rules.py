"""Who may: predicates over a person, asked by the first line of every service and by templates.

None of them lets somebody act who is signed out, deactivated, or the portal itself (`None`): a service that the portal calls by
itself says so where it does. An administrator of the provider's may do what account managers and engineers may, and manages
the provider's people; administrators never release credentials as the second person. An auditor changes nothing.
"""

from django.contrib.auth.models import AnonymousUser

from portal.accounts.models import Customer, User
from portal.accounts.states import CustomerRole, StaffRole

Person = User | AnonymousUser | None

_EDITORS = (CustomerRole.ADMINISTRATOR, CustomerRole.CONTRIBUTOR)


def role_at(user: Person, customer: Customer) -> str | None:
    """Return the person's role at this customer, None without one. One query per person object answers for all customers."""
    if not isinstance(user, User) or not user.is_active:
        return None
    return _roles(user).get(customer.pk)


def forget_roles(user: User) -> None:
    """Make the next question to this person object read the memberships again."""
    user.__dict__.pop("_roles_by_customer", None)


def is_account_manager(user: Person) -> bool:
    return _has_staff_role(user, StaffRole.ACCOUNT_MANAGER)


def is_engineer(user: Person) -> bool:
    return _has_staff_role(user, StaffRole.OPERATIONS_ENGINEER)


def is_release_approver(user: Person) -> bool:
    return _has_staff_role(user, StaffRole.RELEASE_APPROVER)


def is_auditor(user: Person) -> bool:
    return _has_staff_role(user, StaffRole.AUDITOR)


def is_administrator(user: Person) -> bool:
    """True for an administrator of the portal, who is one of the provider's people."""
    return _has_staff_role(user, StaffRole.ADMINISTRATOR)


def is_provider(user: Person) -> bool:
    return _has_staff_role(user, *StaffRole)


def may_see_customer(user: Person, customer: Customer) -> bool:
    return is_provider(user) or role_at(user, customer) is not None


def may_create_customer(user: Person) -> bool:
    return _has_staff_role(user, StaffRole.ACCOUNT_MANAGER, StaffRole.ADMINISTRATOR)


def may_open_onboarding(user: Person) -> bool:
    """True for who may open an onboarding, and cancel it."""
    return _has_staff_role(user, StaffRole.ACCOUNT_MANAGER, StaffRole.ADMINISTRATOR)


def may_edit_intake(user: Person, customer: Customer) -> bool:
    """True for who may answer, submit and withdraw sections: the customer's own people, viewers excepted, and the provider's
    account managers and engineers on their behalf (who then do not review what they entered)."""
    return role_at(user, customer) in _EDITORS or _works(user)


def may_review(user: Person) -> bool:
    """True for who may approve sections or request changes. Never one's own: the review's service and the database refuse."""
    return _works(user)


def may_request_plan(user: Person) -> bool:
    return _works(user)


def may_provision(user: Person) -> bool:
    """True for who may approve a plan, and retry, look again at or cancel a run."""
    return _has_staff_role(user, StaffRole.OPERATIONS_ENGINEER, StaffRole.ADMINISTRATOR)


def may_act_in_customer_account(user: Person, customer: Customer) -> bool:
    """True for who does the customer's part: accept the peering, create the role, sign the customer's checklist items."""
    return role_at(user, customer) in _EDITORS


def may_verify(user: Person) -> bool:
    """True for who may have AWS observed again; it changes nothing there."""
    return _works(user) or is_release_approver(user)


def may_sign_for_provider(user: Person) -> bool:
    return _works(user)


def may_edit_checklists(user: Person) -> bool:
    """True for who decides what is asked of every environment before its hand-over: who owns the relationship, and
    administrators. Engineers, who make it true, do not choose the questions."""
    return _has_staff_role(user, StaffRole.ACCOUNT_MANAGER, StaffRole.ADMINISTRATOR)


def may_move_checklist(user: Person) -> bool:
    """True for who may move an environment to a newer version of the checklist."""
    return _works(user)


def may_release_first(user: Person) -> bool:
    """True for who may request a hand-over."""
    return _works(user)


def may_release_second(user: Person) -> bool:
    """True for who may release a hand-over that somebody else requested."""
    return is_release_approver(user)


def may_withdraw_hand_over(user: Person, customer: Customer) -> bool:
    """True for both who release, and for the customer's administrators: each can stop a leak."""
    at_customer = role_at(user, customer) == CustomerRole.ADMINISTRATOR
    return at_customer or may_release_first(user) or may_release_second(user)


def may_receive_hand_over(user: Person, customer: Customer) -> bool:
    return role_at(user, customer) in _EDITORS


def may_manage_members(user: Person, customer: Customer) -> bool:
    at_customer = role_at(user, customer) == CustomerRole.ADMINISTRATOR
    return at_customer or _has_staff_role(user, StaffRole.ACCOUNT_MANAGER, StaffRole.ADMINISTRATOR)


def may_manage_staff(user: Person) -> bool:
    return is_administrator(user)


def may_read_audit(user: Person) -> bool:
    """True for the provider's people, who read all of it, and a customer's administrators, who read their own chain."""
    return is_provider(user) or (
        isinstance(user, User) and user.is_active and CustomerRole.ADMINISTRATOR in _roles(user).values()
    )


def _works(user: Person) -> bool:
    return _has_staff_role(user, StaffRole.ACCOUNT_MANAGER, StaffRole.OPERATIONS_ENGINEER, StaffRole.ADMINISTRATOR)


def _has_staff_role(user: Person, *roles: str) -> bool:
    return isinstance(user, User) and user.is_active and user.staff_role in roles


def _roles(user: User) -> dict[str, str]:
    known: dict[str, str] | None = user.__dict__.get("_roles_by_customer")
    if known is None:
        known = dict(user.memberships.values_list("customer_id", "role"))
        user.__dict__["_roles_by_customer"] = known
    return known
