"""Logging in by page: limits, what is recorded, and what leaves by mail."""

import re

import pytest
from django.urls import reverse

from portal.accounts.models import User
from portal.audit.models import AuditEvent
from portal.outbox.models import OutboxMessage
from tests.factories import people

pytestmark = pytest.mark.django_db
LOGIN = "/account/login/"


@pytest.fixture
def user():
    return people.contact(people.customer())


def log_in(client, email, password=people.PASSWORD, **headers):
    return client.post(LOGIN, {"login": email, "password": password}, **headers)


def actions() -> list[tuple]:
    return list(AuditEvent.objects.order_by("occurred_at", "sequence").values_list("action", "actor", "subject_id"))


def test_log_in_and_out_are_recorded_on_the_customers_chain(client, user):
    assert log_in(client, user.email.upper()).status_code == 302
    client.post(reverse("account_logout"))

    assert actions() == [("user.logged_in", user.pk, user.pk), ("user.logged_out", user.pk, user.pk)]
    event = AuditEvent.objects.first()
    assert event.chain == user.memberships.get().customer_id
    assert (event.ip_address, bool(event.request_id)) == ("127.0.0.1", True)


def test_log_in_of_the_provider_is_on_the_providers_chain(client):
    log_in(client, people.engineer().email)

    assert AuditEvent.objects.get().chain == "provider"


def test_wrong_password_is_recorded_without_what_was_typed(client, user):
    response = log_in(client, user.email, "tr0ub4dor-canary")

    assert response.status_code == 200
    assert actions() == [("user.login_failed", None, user.pk)]
    assert "canary" not in str(AuditEvent.objects.values().get())


def test_unknown_address_is_recorded_without_the_address(client):
    log_in(client, "my-password-canary@acme.example", "x")

    event = AuditEvent.objects.get()
    assert (event.action, event.subject_label) == ("user.login_failed", "unknown address")
    assert "canary" not in str(AuditEvent.objects.values().get())


def test_known_and_unknown_addresses_get_the_same_answer(client, user):
    known = log_in(client, user.email, "wrong").content.decode()
    unknown = log_in(client, "nobody@acme.example", "wrong").content.decode()

    def same(page: str) -> str:
        """Without what differs with every answer: the CSRF token, and what was typed."""
        return re.sub(r'[A-Za-z0-9]{64}|value="[^"]*"', "", page)

    assert same(known) == same(unknown)


def test_sixth_wrong_password_is_answered_with_429(client, user):
    statuses = [log_in(client, user.email, "wrong").status_code for _ in range(6)]

    assert statuses == [200] * 5 + [429]
    refused = log_in(client, user.email)
    assert (refused.status_code, refused["Retry-After"]) == (429, "300")
    assert "Try again in 5 minutes" in refused.content.decode()


def test_limit_of_one_person_stops_no_other(client, user):
    for _ in range(6):
        log_in(client, user.email, "wrong", REMOTE_ADDR="192.0.2.1")

    assert log_in(client, people.engineer().email, REMOTE_ADDR="192.0.2.2").status_code == 302


def test_forged_forwarded_address_does_not_reset_the_limit(client, user):
    statuses = [
        log_in(client, user.email, "wrong", headers={"X-Forwarded-For": f"192.0.2.{number}"}).status_code
        for number in range(6)
    ]

    assert statuses[-1] == 429
    assert set(AuditEvent.objects.values_list("ip_address", flat=True)) == {"127.0.0.1"}


def test_session_id_differs_after_log_in(client, user):
    client.get(LOGIN)
    before = client.session.session_key

    log_in(client, user.email)

    assert client.session.session_key != before


def test_closed_account_ends_its_session_at_once(client, user):
    client.force_login(user, "allauth.account.auth_backends.AuthenticationBackend")
    assert "_auth_user_id" in client.session
    User.objects.filter(pk=user.pk).update(is_active=False)

    response = client.get(reverse("account_change_password"))

    assert (response.status_code, response.url.startswith(LOGIN)) == (302, True)


def test_changed_password_is_recorded_and_told(client, user):
    log_in(client, user.email)

    response = client.post(
        reverse("account_change_password"),
        {
            "oldpassword": people.PASSWORD,
            "password1": "an entirely other secret",
            "password2": "an entirely other secret",
        },
    )

    assert response.status_code == 302
    assert [action for action, *_ in actions()] == ["user.logged_in", "user.password_changed"]
    message = OutboxMessage.objects.get()
    assert (message.recipient, message.subject) == (user.email, "Your password was changed")
    assert "secret" not in message.text


def test_new_password_comes_by_a_link_in_the_outbox(client, user):
    client.post(reverse("account_reset_password"), {"email": user.email})
    message = OutboxMessage.objects.get()
    link = re.search(r"https?://\S+(/account/password/reset/key/\S+)", message.text).group(1)
    assert message.one_time_link

    form = client.get(link, follow=True)
    client.post(
        form.redirect_chain[-1][0],
        {"password1": "an entirely other secret", "password2": "an entirely other secret"},
    )

    assert User.objects.get(pk=user.pk).check_password("an entirely other secret")
    assert "user.password_changed" in [action for action, *_ in actions()]


def test_reset_answers_alike_for_unknown_addresses(client, user):
    known = client.post(reverse("account_reset_password"), {"email": user.email})
    unknown = client.post(reverse("account_reset_password"), {"email": "nobody@acme.example"})

    assert (known.status_code, known.url) == (unknown.status_code, unknown.url)
    assert set(OutboxMessage.objects.values_list("recipient", flat=True)) == {user.email, "nobody@acme.example"}


def test_nobody_signs_up(client):
    response = client.post("/account/signup/", {"email": "mallory@x.example", "password1": "an entirely other secret"})

    assert response.status_code in (200, 302, 404)
    assert not User.objects.filter(email="mallory@x.example").exists()


def test_limit_of_one_address_counts_the_peer_and_not_what_it_claims(client):
    statuses = [
        log_in(
            client, f"nobody{number}@acme.example", "x", headers={"X-Forwarded-For": f"192.0.2.{number}"}
        ).status_code
        for number in range(11)
    ]

    assert statuses == [200] * 10 + [429]


def test_too_many_requests_of_any_kind_get_a_page(client):
    for _ in range(5):
        client.post(reverse("account_reset_password"), {"email": "hanna@acme.example"})

    response = client.post(reverse("account_reset_password"), {"email": "hanna@acme.example"})

    assert response.status_code == 429
    assert "Too many attempts" in response.content.decode()


@pytest.mark.parametrize(
    ("proxies", "forwarded", "seen"),
    [
        (0, "203.0.113.5", "127.0.0.1"),
        (1, "198.51.100.9, 203.0.113.5", "203.0.113.5"),
        (2, "198.51.100.9, 203.0.113.5, 10.0.0.1", "203.0.113.5"),
        (3, "203.0.113.5", "127.0.0.1"),
        (1, "", "127.0.0.1"),
        (1, "not-an-address", None),
    ],
)
def test_address_is_what_ones_own_proxies_saw(client, user, settings, proxies, forwarded, seen):
    settings.TRUSTED_PROXIES = proxies

    client.force_login(user, "allauth.account.auth_backends.AuthenticationBackend")
    client.post(reverse("account_logout"), headers={"X-Forwarded-For": forwarded})

    assert AuditEvent.objects.get(action="user.logged_out").ip_address == seen
