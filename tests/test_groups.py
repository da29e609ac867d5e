"""Tests that must not run at once do not."""

import os

import pytest

pytestmark = pytest.mark.xdist_group("groups")


@pytest.fixture(autouse=True)
def _handed_out_by_group(request: pytest.FixtureRequest) -> None:
    if not getattr(request.config.option, "loadgroup", False):
        pytest.skip("nothing hands out tests by group here: run them all, without arguments")


def test_the_id_of_a_test_bears_its_group(request: pytest.FixtureRequest) -> None:
    assert request.node.nodeid.endswith("@groups")


@pytest.mark.parametrize("number", range(6))
def test_a_group_is_of_one_process(number: int, tmp_path_factory: pytest.TempPathFactory) -> None:
    """Each leaves the name of its process beside those of the others."""
    shared = tmp_path_factory.getbasetemp().parent / "processes-of-the-group"
    with shared.open("a") as left:
        left.write(f"{os.environ['PYTEST_XDIST_WORKER']}\n")

    assert len(set(shared.read_text().split())) == 1
