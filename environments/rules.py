"""Who may do what to an environment: the predicates of `portal.accounts.rules`, applied to its objects."""

from environments.models import ChecklistItem
from environments.states import ItemOwner
from portal.accounts import rules
from portal.accounts.models import Customer


def may_request_plan(user: rules.Person) -> bool:
    return rules.may_request_plan(user)


def may_provision(user: rules.Person) -> bool:
    return rules.may_provision(user)


def may_act_as_customer(user: rules.Person, customer: Customer) -> bool:
    """The customer's own part. Staff who provision may do it too where a stand-in takes AWS's place."""
    return rules.may_act_in_customer_account(user, customer) or rules.may_provision(user)


def may_sign(user: rules.Person, item: ChecklistItem) -> bool:
    """Each side signs its own items."""
    if item.owner == ItemOwner.CUSTOMER:
        return rules.may_act_in_customer_account(user, item.customer)
    return rules.may_sign_for_provider(user)


def may_verify(user: rules.Person, customer: Customer) -> bool:
    return rules.may_verify(user) or rules.may_act_in_customer_account(user, customer)


def may_record_milestone(user: rules.Person, customer: Customer) -> bool:
    """True for the customer's own editors, whose line it is, and for who provisions and hears of it from them."""
    return rules.may_act_in_customer_account(user, customer) or rules.may_provision(user)


def may_reveal_configuration(user: rules.Person, customer: Customer) -> bool:
    """True for who configures the router: the customer's own editors, and who provisions and helps them."""
    return rules.may_act_in_customer_account(user, customer) or rules.may_provision(user)


def may_ask_again(user: rules.Person, customer: Customer) -> bool:
    """True for who does the customer's part, and for who provisions: what ended before it was done is asked for anew."""
    return rules.may_act_in_customer_account(user, customer) or rules.may_provision(user)
