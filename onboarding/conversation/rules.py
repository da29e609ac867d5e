"""Who may say, change and decide what. What a role is worth is decided in `portal.accounts.rules`."""

from onboarding.conversation.models import Comment, Decision
from onboarding.conversation.states import Side
from portal.accounts import rules as roles
from portal.accounts.models import Customer, User


def may_comment(user: User, customer: Customer) -> bool:
    """True for who answers the intake, at the customer and for them, and for who releases. Viewers and auditors only read."""
    return roles.may_edit_intake(user, customer) or roles.is_release_approver(user)


def may_write_internal(user: User) -> bool:
    """True for whom an internal comment is visible: it would vanish before the eyes of anybody else."""
    return roles.is_provider(user)


def may_edit(user: User, comment: Comment) -> bool:
    """Nobody changes the words of another."""
    return comment.author_id == user.pk and comment.taken_back_at is None and may_comment(user, comment.customer)


def may_take_back(user: User, comment: Comment) -> bool:
    """True for the author, and for account managers: what should not stand there has to go though its author is away."""
    return may_edit(user, comment) or (comment.taken_back_at is None and roles.may_open_onboarding(user))


def side_of(user: User) -> Side:
    return Side.PROVIDER if user.is_provider else Side.CUSTOMER


def may_decide(user: User, customer: Customer, side: Side) -> bool:
    """True for who speaks for a side in a decision: the provider's account managers, and the customer's editors (S40)."""
    if side == Side.PROVIDER:
        return roles.may_open_onboarding(user)
    return roles.may_act_in_customer_account(user, customer)


def may_propose(user: User, customer: Customer) -> bool:
    return may_decide(user, customer, side_of(user))


def may_answer(user: User, decision: Decision) -> bool:
    """True for who may agree to a proposal or decline it: the other side."""
    return may_decide(user, decision.customer, decision.other_side)


def may_withdraw(user: User, decision: Decision) -> bool:
    return may_decide(user, decision.customer, Side(decision.proposed_side))
