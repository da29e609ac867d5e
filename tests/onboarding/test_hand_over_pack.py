"""The hand-over pack: what it says, that it never holds a credential, and that what is downloaded is what was shown."""

import base64
import csv
import io
import json
import subprocess
import zipfile
from datetime import timedelta
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import dns.rdatatype
import dns.zone
import pytest
from django.test import Client
from django.urls import reverse
from time_machine import travel

from environments.models import Environment, EnvironmentSecret
from environments.provisioning.steps.administrators import SEALED
from onboarding.hand_over_pack import contents, document, services
from onboarding.models import Onboarding
from onboarding.requests import catalogue, responsibilities
from onboarding.services import ports
from portal.accounts.models import User
from portal.audit.models import AuditEvent
from portal.core import clock
from portal.core.errors import Conflict, Invalid
from portal.ui.pdf import legible
from portal.vault import services as vault
from tests.api.caller import Caller
from tests.factories import onboardings, people
from tests.factories.answers import answers_for

pytestmark = pytest.mark.django_db

CANARY = "canary-Xk29-never-to-be-seen"


def approved(name: str = "Acme") -> Onboarding:
    customer = people.customer(name)
    answers = answers_for()
    answers["smtp"]["password"] = CANARY
    answers["monitoring"] |= {
        "internet_reachable": False,
        "http_proxy": "http://proxy.acme.example:3128",
        "proxy_username": f"user-{CANARY}",
        "proxy_password": CANARY,
    }
    return onboardings.approved(
        onboardings.onboarding(customer), people.customer_administrator(customer), answers=answers
    )


def production(of: Onboarding) -> Environment:
    return of.environments.select_related("customer", "aws_account").get(kind="production")


@pytest.fixture
def onboarding() -> Onboarding:
    return approved()


@pytest.fixture
def environment(onboarding: Onboarding) -> Environment:
    return production(onboarding)


@pytest.fixture
def contact(onboarding: Onboarding) -> User:
    return people.contact(onboarding.customer)


def opened(content: bytes) -> dict[str, bytes]:
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def table(content: bytes) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(content.decode("utf-8-sig"))))


def test_it_says_what_rows_48_to_51_ask_for(onboarding: Onboarding, environment: Environment):
    pack = contents.of(environment)

    assert {one.name for one in pack.products} == {"API Manager", "Identity Server"}
    assert all(one.url.startswith(f"https://{one.hostname}:9443/") for one in pack.products)
    assert [one.title for one in pack.offers] == [kind.title for kind in catalogue.for_hand_over(is_production=True)]
    assert len(pack.responsibilities) == len(responsibilities.lines())
    assert any("Support and maintenance start" in line for line in pack.next)
    assert {"Account manager", "Support", "Administrator", "Alerts", "Urgent alerts"} == {
        one.role for one in pack.contacts
    }
    assert pack.ports
    assert {row["environment"] for row in pack.ports} == {"Production"}


def test_of_non_production_it_says_that_nothing_is_backed_up_or_watched(onboarding: Onboarding):
    pack = contents.of(onboarding.environments.select_related("customer", "aws_account").get(kind="test"))

    assert pack.backups == ["Non-production environments are not backed up."]
    assert all(catalogue.find(one.key).environment != "production" for one in pack.offers)
    assert any("Non-production is not monitored" in line for line in pack.next)


def test_before_anything_is_approved_there_is_none(onboarding: Onboarding, environment: Environment):
    environment.pk, environment.name, environment.vpc_id = None, "Later", ""
    environment.save(force_insert=True)
    with pytest.raises(Conflict):
        contents.of(environment)


def test_the_zone_file_is_read_by_a_name_server_as_a_part_of_its_zone(environment: Environment):
    parts = services.made(environment).parts
    names = parts["names.zone"].decode("ascii")
    own = "@ 300 IN SOA ns.acme.internal. hostmaster.acme.internal. 1 7200 900 1209600 300\n@ IN NS ns\nns IN A 10.0.0.53\n"

    zone = dns.zone.from_text(f"$TTL 300\n{own}{names}", origin="acme.internal.", check_origin=True)

    found = {str(name.derelativize(zone.origin)): rdata.address for name, _, rdata in zone.iterate_rdatas("A")}
    expected = {f"{one.hostname}.": one.address for one in environment.product_deployments.all()}
    assert {**expected, "ns.acme.internal.": "10.0.0.53"} == found
    assert "SOA" not in names.replace("its own SOA", "").replace("keeps its own SOA and NS", "").split("\n", 1)[1]
    assert {row["Name"]: row["Address"] for row in table(parts["names.csv"])} == {
        one.hostname: one.address for one in environment.product_deployments.all()
    }


def test_the_drawing_stands_alone(environment: Environment):
    svg = ElementTree.fromstring(services.made(environment).parts["network.svg"])  # noqa: S314 - we made it

    text = "".join(svg.itertext())
    assert "VPC peering" in text
    assert not [one for one in svg.iter() if one.tag.endswith(("script", "style", "image"))]


def test_no_secret_gets_in_from_any_place_that_has_one(environment: Environment, contact: User):
    for name in (SEALED, "vpn"):
        text = json.dumps({"api-manager": {"user_name": f"root-{CANARY}", "password": CANARY}})
        secret = vault.seal(text, purpose="test", customer=environment.customer)
        EnvironmentSecret.objects.create(
            customer=environment.customer, environment=environment, name=name, secret=secret, sealed_at=clock.now()
        )

    made = services.made(environment)

    sealed = json.dumps(environment.specifications.get().content)
    references = [part for part in sealed.split('"') if part.startswith("sec_")]
    assert references, "the test plants nothing"
    texts = [*made.parts.values(), made.files["zip"].content, text_of(made.pack)]
    for hidden in (CANARY, environment.aws_account.external_id, *references):
        assert not [text for text in texts if hidden.encode() in text]
    assert not AuditEvent.objects.filter(action="environment_secret.opened").exists()


def text_of(pack: contents.Pack) -> bytes:
    """Return all that the document writes: inside the PDF it is compressed and in the font's own numbers."""
    written: list[str] = []
    with pytest.MonkeyPatch.context() as changed:
        changed.setattr("portal.ui.pdf.legible", lambda text: written.append(text) or legible(text))
        document.write(pack)
    assert "Hand-over pack" in written
    return "\n".join(written).encode()


def test_the_same_content_has_the_same_bytes_whenever_and_by_whomever_it_is_made(environment: Environment):
    first = services.made(environment)
    with travel(clock.now() + timedelta(days=40)):
        second = services.made(environment)

    assert {kind: file.sha256 for kind, file in first.files.items()} == {
        kind: file.sha256 for kind, file in second.files.items()
    }
    assert first.pack.version == second.pack.version


def test_another_content_is_another_version(onboarding: Onboarding, environment: Environment, contact: User):
    before = services.made(environment)
    key = next(found.row.key for found in ports.matrix(onboarding) if found.row.opens)
    ports.set_opened(onboarding, keys=[key], opened=True, by=contact)
    after = services.made(environment)

    assert before.pack.version != after.pack.version
    assert before.files["zip"].sha256 != after.files["zip"].sha256


def test_a_download_verifies_by_the_digests_in_it(environment: Environment, contact: User, tmp_path: Path):
    file = services.download(environment, "zip", by=contact)
    found = opened(file.content)
    for name, content in found.items():
        (tmp_path / name).write_bytes(content)

    told = subprocess.run(["sha256sum", "-c", "SHA256SUMS"], cwd=tmp_path, capture_output=True, text=True, check=True)

    manifest = json.loads(found["manifest.json"])
    assert told.stdout.count(": OK") == len(found) - 1
    assert {one["name"] for one in manifest["files"]} == set(found) - {"manifest.json", "SHA256SUMS"}
    assert found["hand-over.pdf"].startswith(b"%PDF-")
    assert file.name == f"handover-production-{manifest['as_of'][:10]}.zip"


@pytest.mark.django_db(transaction=True)
def test_a_download_is_recorded_with_its_digest(environment: Environment, contact: User):
    file = services.download(environment, "pdf", by=contact)

    event = AuditEvent.objects.get(action="hand_over_pack.downloaded")
    assert event.actor == contact
    assert event.after == {"file": file.name, "sha256": file.sha256}
    with pytest.raises(Invalid):
        services.download(environment, "exe", by=contact)


def test_the_page_shows_the_digests_of_what_it_gives(environment: Environment, contact: User):
    client = Client()
    client.force_login(contact)
    html = client.get(reverse("hand_over_pack", args=[environment.pk])).content.decode()

    for kind in ("pdf", "zip"):
        response = client.post(reverse("hand_over_pack_download", args=[environment.pk]), {"kind": kind})
        digest = response["ETag"].strip('"')
        assert digest in html
        assert services.File(kind, "", response.content).sha256 == digest
        assert response["Cache-Control"] == "private, no-store"
    assert client.post(reverse("hand_over_pack_download", args=[environment.pk]), {"kind": "exe"}).status_code == 400


def test_the_api_gives_the_same_files(environment: Environment, contact: User):
    caller = Caller(contact)
    found = caller.get(f"/environments/{environment.pk}/hand-over-pack").data

    inside: dict[str, bytes] = {}
    for file in found["files"]:
        given = caller.post(f"/environments/{environment.pk}/hand-over-pack/downloads", {"kind": file["kind"]}).data
        content = base64.b64decode(given["content"])
        assert services.File(file["kind"], "", content).sha256 == file["sha256"] == given["sha256"]
        assert len(content) == file["size"]
        if file["kind"] == "zip":
            inside = opened(content)
    assert {one["name"]: one["size"] for one in found["contents"]} == {
        name: len(content) for name, content in inside.items() if name not in ("manifest.json", "SHA256SUMS")
    }


def test_another_customers_pack_is_not_there(environment: Environment):
    other = people.customer_administrator(people.customer())
    client = Client()
    client.force_login(other)

    assert client.get(reverse("hand_over_pack", args=[environment.pk])).status_code == 404
    assert client.post(reverse("hand_over_pack_download", args=[environment.pk]), {"kind": "zip"}).status_code == 404
    path = f"/environments/{environment.pk}/hand-over-pack/downloads"
    assert Caller(other).post(path, {"kind": "zip"}).status_code == 404


@pytest.mark.parametrize("name", ["Żółć Wytwórnia", "Ελληνική Τράπεζα", "Завод 17", "東京電力", "=cmd()"])
def test_names_of_any_letters_are_in_the_document_and_whole_in_the_files(name: str):
    environment = production(approved(name))

    made = services.made(environment)

    written = text_of(made.pack).decode()
    assert name in written
    assert json.loads(made.parts["pack.json"])["customer"] == name
    assert "\ufffd" not in legible(name)
    assert not [row for row in table(made.parts["contacts.csv"]) if row["side"].startswith("=")]


@pytest.mark.parametrize(
    ("text", "written"),
    [
        ("Żółć, Ελλάδα, Привет", "Żółć, Ελλάδα, Привет"),
        ("東", "[U+6771]"),
        ("\u0000", " "),
        ("\U0001d400cme", "Acme"),
    ],
)
def test_letters_that_the_font_lacks_are_written_out(text: str, written: str):
    assert legible(text) == written


def test_it_costs_the_same_however_much_there_is(
    onboarding: Onboarding, environment: Environment, django_assert_max_num_queries: Any
):
    for number in (0, 3, 6):
        for _ in range(number):
            people.contact(onboarding.customer)
        with django_assert_max_num_queries(16):
            contents.of(environment)
