"""The OpenAPI document: published, committed, complete."""

import json
from pathlib import Path

import pytest
import yaml
from django.test import Client
from drf_spectacular.drainage import GENERATOR_STATS
from drf_spectacular.validation import validate_schema
from openapi_spec_validator import OpenAPIV31SpecValidator

from tests.api.caller import Caller, contract
from tests.factories import people

COMMITTED = Path(__file__).resolve().parents[2] / "docs/openapi.yaml"


def test_the_committed_document_is_what_the_code_says() -> None:
    """Write it anew with: python manage.py spectacular --file docs/openapi.yaml"""
    assert yaml.safe_load(COMMITTED.read_text()) == contract()


def test_the_document_is_sound_and_made_without_a_warning() -> None:
    with GENERATOR_STATS.silence():
        document = contract()

    validate_schema(document)
    OpenAPIV31SpecValidator(document).validate()
    assert document["openapi"] == "3.1.0"
    assert not GENERATOR_STATS


def test_every_operation_names_itself_once() -> None:
    ids = [found["operationId"] for path in contract()["paths"].values() for found in path.values()]

    assert len(ids) == len(set(ids))


@pytest.mark.django_db
def test_the_document_is_served_to_who_is_known() -> None:
    served = Caller(people.auditor()).get("/openapi.json").json()
    assert served == json.loads(json.dumps(contract()))
    assert Caller().get("/openapi.json").status_code == 401


@pytest.mark.django_db
def test_the_page_of_the_document_holds_no_inline_script_or_style() -> None:
    client = Client()
    client.force_login(people.auditor())

    page = client.get("/api/v1/docs/")
    script = client.get("/api/v1/docs/?script")

    assert page.status_code == script.status_code == 200
    assert "<style" not in page.text
    assert page.text.count("<script") == page.text.count("<script src=")
    assert script["Content-Type"].startswith("application/javascript")


@pytest.mark.django_db
def test_the_page_of_the_document_asks_to_log_in() -> None:
    assert Client().get("/api/v1/docs/").status_code == 302
