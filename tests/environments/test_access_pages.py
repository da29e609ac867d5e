"""The template as a file and through the API."""

import json

import pytest
from django.test import Client
from django.urls import reverse

from environments.services import access
from tests.factories import environments, people

pytestmark = pytest.mark.django_db


@pytest.fixture
def production():
    return environments.environment(account_id="222222222222", vpc_id="vpc-0a1b2c3d4e5f60001")


def signed_in(user) -> Client:
    client = Client()
    client.force_login(user)
    return client


def test_customer_downloads_it_filled_in_for_their_account(production):
    answer = signed_in(people.contact(production.customer)).get(reverse("access_template", args=[production.pk]))

    assert answer["Content-Disposition"] == 'attachment; filename="wso2-managed-services-access.json"'
    parameters = {name: one["Default"] for name, one in json.loads(answer.content)["Parameters"].items()}
    assert parameters == {
        "RoleName": "WSO2ManagedServicesProvisioner",
        "ProviderPrincipalArn": "arn:aws:iam::111111111111:user/portal-worker",
        "ExternalId": production.aws_account.external_id,
        "EnvironmentNames": "Production",
        "Regions": "eu-west-1",
        "VpcArns": "arn:aws:ec2:eu-west-1:222222222222:vpc/vpc-0a1b2c3d4e5f60001",
    }


def test_api_says_the_same_with_version_digest_and_what_each_role_may_do(production):
    answer = signed_in(people.contact(production.customer)).get(f"/api/v1/environments/{production.pk}/access-template")

    said = answer.json()
    assert said["version"].endswith(said["digest"][:8])
    assert said["template"] == access.text(production.aws_account)
    assert [role["name"].rpartition("-")[2] for role in said["roles"]] == [
        "ReadOnly",
        "WSO2ManagedServicesProvisioner",
        "Operator",
        "Backup",
    ]
    assert "Looking at what is there" in {area["area"] for area in said["roles"][0]["areas"]}


def test_region_for_disaster_recovery_is_one_to_work_in(production):
    latest = production.specifications.get()
    latest.content["backup"] = {"disaster_recovery": True, "dr_region": "eu-central-1"}
    latest.save()

    assert list(access.given(production.aws_account).regions) == ["eu-west-1", "eu-central-1"]


def test_all_environments_of_an_account_share_one_stack(production):
    environments.environment(
        production.customer,
        kind="staging",
        account_id="222222222222",
        region="eu-west-2",
        vpc_id="vpc-0a1b2c3d4e5f60002",
    )
    given = access.given(production.aws_account)
    assert [list(given.environments), list(given.regions)] == [["Production", "Staging"], ["eu-west-1", "eu-west-2"]]
    assert "--region eu-west-1 " in access.command(production)
    assert "Regions=eu-west-1,eu-west-2" in access.command(production)
