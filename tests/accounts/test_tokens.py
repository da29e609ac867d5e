from datetime import timedelta

import pytest
import time_machine

from portal.accounts import selectors
from portal.accounts.models import ApiToken, User
from portal.accounts.scopes import SCOPES
from portal.accounts.services import tokens, users
from portal.audit.models import AuditEvent
from portal.core import clock
from portal.core.errors import Conflict, Forbidden, Invalid
from tests.factories import people

pytestmark = pytest.mark.django_db


@pytest.fixture
def user():
    return people.contact(people.customer())


def issue(user, **changes):
    return tokens.issue(**{"name": "CI", "scopes": ["onboarding:read"], "days": 30, "by": user, **changes})


def test_token_authenticates_its_person(user):
    token, plaintext = issue(user)

    found = tokens.authenticate(plaintext)

    assert (found, found.user) == (token, user)
    assert plaintext.startswith(f"op_{token.prefix}_")
    assert len(plaintext.split("_", 2)[2]) >= 43


def test_text_of_a_token_is_stored_nowhere(user):
    _, plaintext = issue(user)
    secret = plaintext.split("_", 2)[2]

    assert secret not in str(list(ApiToken.objects.values()))
    assert secret not in str(list(AuditEvent.objects.values()))


@pytest.mark.parametrize("text", ["", "op", "op__", "op_00000000_guess", "Bearer x", "ü" * 500, "x" * 100_000])
def test_anything_else_authenticates_nobody(user, text):
    issue(user)

    assert tokens.authenticate(text) is None


def test_token_ends_when_it_expires(user):
    _, plaintext = issue(user, days=1)

    with time_machine.travel(clock.now() + timedelta(days=1, seconds=1)):
        assert tokens.authenticate(plaintext) is None


def test_token_ends_when_revoked(user):
    token, plaintext = issue(user)

    tokens.revoke(token, by=user)

    assert tokens.authenticate(plaintext) is None
    assert not selectors.tokens(user).exists()
    with pytest.raises(Conflict):
        tokens.revoke(token, by=user)


def test_token_ends_with_the_account(user):
    _, plaintext = issue(user)

    users.deactivate(user, by=people.administrator())

    assert tokens.authenticate(plaintext) is None


def test_token_of_an_account_that_was_closed_by_hand_ends_too(user):
    _, plaintext = issue(user)
    User.objects.filter(pk=user.pk).update(is_active=False)

    assert tokens.authenticate(plaintext) is None


def test_use_is_noted_at_most_once_a_minute(user, django_assert_num_queries):
    _, plaintext = issue(user)
    with time_machine.travel(clock.now(), tick=False) as traveller:
        first = tokens.authenticate(plaintext).last_used_at
        traveller.shift(59)
        with django_assert_num_queries(1):
            assert tokens.authenticate(plaintext).last_used_at == first
        traveller.shift(1)
        assert tokens.authenticate(plaintext).last_used_at == first + timedelta(seconds=60)


def test_nobody_revokes_or_sees_anothers_token(user):
    token, _ = issue(user)

    for other in (people.administrator(), people.contact(user.memberships.get().customer)):
        assert not selectors.tokens(other).exists()
        with pytest.raises(Forbidden):
            tokens.revoke(token, by=other)


@pytest.mark.parametrize(
    ("changes", "pointer"),
    [
        ({"name": " "}, "name"),
        ({"name": "x" * 81}, "name"),
        ({"scopes": []}, "scopes"),
        ({"scopes": ["everything"]}, "scopes"),
        ({"days": 0}, "days"),
        ({"days": 366}, "days"),
    ],
)
def test_values_that_cannot_be_are_refused(user, changes, pointer):
    with pytest.raises(Invalid) as caught:
        issue(user, **changes)

    assert [problem.pointer for problem in caught.value.problems] == [pointer]
    assert not ApiToken.objects.exists()


def test_every_scope_says_what_it_allows(user):
    token, _ = issue(user, scopes=[name for name, _ in SCOPES], days=365)

    assert len(set(token.scopes)) == len(SCOPES)
    assert all(words for _, words in SCOPES)
