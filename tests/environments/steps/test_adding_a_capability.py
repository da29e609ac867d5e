"""The example in `docs/adding-a-capability.md` does what the page says, in both worlds."""

import re
import sys
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType

import pytest

from tests.environments.steps.conftest import Bench
from tests.fakes.cloud import HANDLERS

PAGE = Path(__file__).resolve().parents[3] / "docs/adding-a-capability.md"
BLOCKS = dict(re.findall(r"^```python (\w+)\n(.*?)^```$", PAGE.read_text(), re.MULTILINE | re.DOTALL))
STEP = "environments.provisioning.steps.error_count"
TESTS = re.findall(r"^def (test_\w+)", BLOCKS["test"], re.MULTILINE)


def _module(name: str, code: str) -> ModuleType:
    made = ModuleType(name)
    sys.modules[name] = made
    exec(compile(code, str(PAGE), "exec"), vars(made))  # noqa: S102 - our own page
    return made


@pytest.fixture
def written() -> Iterator[ModuleType]:
    """The three files of the page, as if they stood in their places."""
    made = [_module(STEP, BLOCKS["step"]), _module("fake_of_the_page", BLOCKS["fake"])]
    made.append(_module("tests_of_the_page", BLOCKS["test"]))
    yield made[-1]
    for module in made:
        del sys.modules[module.__name__]
    for operation in re.findall(r'^@answers\("([\w.]+)"\)', BLOCKS["fake"], re.MULTILINE):
        del HANDLERS[operation]


@pytest.mark.parametrize("name", TESTS)
def test_code_of_the_page_passes_its_own_tests(name: str, written: ModuleType, bench: Bench) -> None:
    getattr(written, name)(bench)
