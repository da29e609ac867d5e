"""What can be asked for and who answers for what, as data: whole, and true to the domain's table."""

import pytest

from onboarding.conversation.states import DecisionKind
from onboarding.requests import catalogue, responsibilities
from onboarding.requests.catalogue import Kind
from onboarding.requests.responsibilities import Line
from onboarding.requests.states import Coverage, Party

ROWS = {f"S{number}" for number in range(1, 52)}


@pytest.mark.parametrize("kind", catalogue.kinds(), ids=lambda kind: kind.key)
def test_every_kind_says_what_who_and_why(kind: Kind) -> None:
    assert kind.title
    assert kind.what.endswith(".")
    assert kind.why.endswith(".")
    assert kind.ask
    assert kind.environment in {"none", "any", "production", "non_production"}
    assert kind.decision in {"", *DecisionKind.values}
    assert kind.rows
    assert set(kind.rows) <= ROWS


def test_keys_are_there_once() -> None:
    keys = [kind.key for kind in catalogue.kinds()]
    assert len(keys) == len(set(keys))
    keys = [line.key for line in responsibilities.lines()]
    assert len(keys) == len(set(keys))


def test_what_is_outside_the_managed_service_is_marked_so() -> None:
    """S20: applications, IT tasks, quality assurance, training and custom work go to Support; penetration tests to others."""
    by_coverage: dict[str, set[str]] = {}
    for kind in catalogue.kinds():
        by_coverage.setdefault(kind.coverage, set()).add(kind.key)

    support = {"training", "build_application", "it_task", "quality_assurance", "upgrade_custom_work"}
    assert by_coverage[Coverage.SUPPORT] == support
    assert by_coverage[Coverage.THIRD_PARTY] == {"penetration_test"}


def test_the_hand_over_offers_what_the_domain_names() -> None:
    """S50."""
    offered = {kind.key for kind in catalogue.for_hand_over(is_production=True)}
    assert offered == {"penetration_test", "reports", "training", "read_only_access"}


def test_what_only_production_has_is_not_offered_with_another_environment() -> None:
    assert {kind.key for kind in catalogue.for_hand_over(is_production=False)} == {"training"}


@pytest.mark.parametrize("line", responsibilities.lines(), ids=lambda line: line.key)
def test_every_line_names_a_party_and_its_rows(line: Line) -> None:
    assert set(line.rows) <= ROWS
    assert line.rows
    assert not line.request or catalogue.find(line.request)


@pytest.mark.parametrize("row", ["S20", "S22", "S26", "S41", "S42", "S43"])
def test_the_matrix_has_every_row_it_has_to(row: str) -> None:
    assert any(row in line.rows for line in responsibilities.lines())


def test_non_production_is_neither_monitored_nor_backed_up() -> None:
    """S41, S42 and S43: and artifacts are the customer's there, the provider's in production."""
    found = {line.key: (line.production, line.non_production) for line in responsibilities.lines()}

    assert found["watch_products"] == found["backups"] == (Party.PROVIDER, Party.NOBODY)
    assert found["store_artifacts"] == (Party.PROVIDER, Party.CUSTOMER)


@pytest.mark.parametrize("is_production", [True, False])
def test_every_line_is_somebodys_share(is_production: bool) -> None:
    shares = responsibilities.shares(is_production=is_production)
    assert sum(len(share.lines) for share in shares) == len(responsibilities.lines())
