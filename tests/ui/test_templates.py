"""What holds for every template of the portal."""

import gzip
import re
from pathlib import Path

import pytest
from django.template.loader import get_template

from portal.env import BASE_DIR

ROOT = BASE_DIR / "templates"
TEMPLATES = sorted(file.relative_to(ROOT).as_posix() for file in ROOT.rglob("*") if file.suffix in {".html", ".txt"})
PAGES = [name for name in TEMPLATES if name.endswith(".html") and not name.startswith("email/")]
_FORBIDDEN_WORDS = re.compile(r"\b(invalid|please|successfully|oops|sorry)\b", re.IGNORECASE)


def source(name: str) -> str:
    return (ROOT / name).read_text(encoding="utf-8")


def words(name: str) -> str:
    """Return what a person reads: without tags, variables, comments and attributes that only machines read."""
    text = re.sub(r"\{#.*?#\}|\{%\s*comment\s*%\}.*?\{%\s*endcomment\s*%\}", "", source(name), flags=re.DOTALL)
    return re.sub(r"\s(class|id|name|data-[\w-]+|aria-invalid)=\"[^\"]*\"", "", text)


@pytest.mark.parametrize("name", TEMPLATES)
def test_template_parses(name: str) -> None:
    get_template(name)


@pytest.mark.parametrize("name", PAGES)
def test_page_has_nothing_that_the_content_policy_refuses(name: str) -> None:
    html = source(name)

    assert not re.search(r"<style\b|\sstyle\s*=", html), "style sheets only"
    assert not re.search(r"\son[a-z]+\s*=\s*[\"']", html), "modules only"
    assert not re.search(r"hx-on|javascript:|hx-vals=['\"]js:", html), "nothing is evaluated"
    for script in re.findall(r"<script\b[^>]*>", html):
        assert "src=" in script


@pytest.mark.parametrize("name", PAGES)
def test_picture_has_a_text(name: str) -> None:
    for picture in re.findall(r"<img\b[^>]*>", source(name)):
        assert re.search(r"\salt=", picture), picture


@pytest.mark.parametrize("name", TEMPLATES)
def test_words_are_those_of_the_house(name: str) -> None:
    found = _FORBIDDEN_WORDS.search(words(name))

    assert found is None, found and found[0]


@pytest.mark.parametrize("file", sorted((BASE_DIR / "static/css").glob("*.css")), ids=lambda file: file.name)
def test_style_sheet_keeps_to_the_rules(file: Path) -> None:
    css = file.read_text(encoding="utf-8")
    bare = re.sub(r"/\*.*?\*/|url\([^)]*\)", "", css, flags=re.DOTALL)

    assert bare.lstrip().startswith("@layer"), "every rule is in a layer"
    if file.name not in {"10-reset.css", "80-utilities.css"}:
        assert "!important" not in bare
    assert not re.search(r"(^|[\s,>+~{}])#[a-z][\w-]*\s*[{,:]", bare, re.MULTILINE), "no ids"


def test_layers_are_declared_once_and_first() -> None:
    css = (BASE_DIR / "static/css/00-layers.css").read_text(encoding="utf-8")

    assert css.strip() == "@layer reset, tokens, base, layout, components, pages, utilities, print;"


@pytest.mark.parametrize(("kind", "most_kilobytes"), [("css", 40), ("js", 25)])
def test_own_files_stay_within_the_budget(kind: str, most_kilobytes: int) -> None:
    sizes = [len(gzip.compress(file.read_bytes())) for file in (BASE_DIR / f"static/{kind}").glob(f"*.{kind}")]

    assert sum(sizes) <= most_kilobytes * 1024
