import pytest
from django.db import connection
from django.test import Client

from portal.core import health


def test_live_asks_nothing(client: Client) -> None:
    response = client.get("/health/live")

    assert (response.status_code, response.json()) == (200, {"status": "ok"})


@pytest.mark.django_db
def test_ready_when_everything_answers(client: Client) -> None:
    response = client.get("/health/ready")

    assert (response.status_code, response.json()) == (200, {"status": "ok", "failing": []})


@pytest.mark.django_db
def test_not_ready_names_what_fails(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse() -> bool:
        raise connection.Database.OperationalError("gone")

    monkeypatch.setattr(health, "_database", refuse)

    response = client.get("/health/ready")

    assert (response.status_code, response.json()) == (503, {"status": "unavailable", "failing": ["database"]})


def test_every_answer_carries_a_request_id(client: Client) -> None:
    given = client.get("/health/live", headers={"X-Request-ID": "from-the-caller-1"})
    made = client.get("/health/live", headers={"X-Request-ID": "new\nline"})

    assert given["X-Request-ID"] == "from-the-caller-1"
    assert made["X-Request-ID"].startswith("req_")
