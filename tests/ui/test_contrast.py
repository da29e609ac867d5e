"""Every ratio of the design's contrast tables, computed from the tokens that the pages use."""

import re

import pytest

from portal.env import BASE_DIR

_TOKENS = (BASE_DIR / "static/css/20-tokens.css").read_text(encoding="utf-8")
THEMES = ("light", "dark")


def colour(token: str, theme: str) -> tuple[float, float, float]:
    if token == "white":
        return (1.0, 1.0, 1.0)
    found = re.search(rf"--{token}: light-dark\((#\w+), (#\w+)\)", _TOKENS)
    assert found, token
    digits = found[1 + THEMES.index(theme)].removeprefix("#")
    full = "".join(digit * 2 for digit in digits) if len(digits) == 3 else digits
    red, green, blue = (int(full[place : place + 2], 16) / 255 for place in (0, 2, 4))
    return red, green, blue


def luminance(rgb: tuple[float, float, float]) -> float:
    """Relative luminance, WCAG 2.2."""
    red, green, blue = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in rgb)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def ratio(first: str, second: str, theme: str) -> float:
    lighter, darker = sorted((luminance(colour(token, theme)) for token in (first, second)), reverse=True)
    return (lighter + 0.05) / (darker + 0.05)


TEXT, SHAPE = 4.5, 3.0
PAIRS = [
    ("ink", "surface", TEXT),
    ("ink", "canvas", TEXT),
    ("ink", "sunken", TEXT),
    ("ink-2", "surface", TEXT),
    ("ink-2", "canvas", TEXT),
    ("ink-2", "sunken", TEXT),
    ("ink-3", "surface", TEXT),
    ("ink-3", "canvas", TEXT),
    ("ink-3", "sunken", TEXT),
    ("ink-3", "raised", TEXT),
    ("control", "surface", SHAPE),
    ("accent", "surface", TEXT),
    ("accent", "canvas", TEXT),
    ("accent", "accent-tint", TEXT),
    ("white", "accent-fill", TEXT),
    ("focus", "surface", SHAPE),
    ("focus", "canvas", SHAPE),
]
HUES = ("idle", "work", "you", "stop", "done")


@pytest.mark.parametrize("theme", THEMES)
@pytest.mark.parametrize(("first", "second", "needed"), PAIRS)
def test_pair_has_the_contrast_it_needs(first: str, second: str, needed: float, theme: str) -> None:
    assert ratio(first, second, theme) >= needed


@pytest.mark.parametrize("theme", THEMES)
@pytest.mark.parametrize("hue", HUES)
def test_hue_is_readable_on_its_tint_and_visible_on_the_surface(hue: str, theme: str) -> None:
    assert ratio(f"{hue}-text", f"{hue}-tint", theme) >= TEXT
    assert ratio(f"{hue}-text", "surface", theme) >= TEXT
    assert ratio(f"{hue}-solid", "surface", theme) >= SHAPE


@pytest.mark.parametrize(
    ("first", "second", "light", "dark"),
    [
        ("ink", "surface", 18.3, 16.1),
        ("ink-2", "surface", 9.5, 9.9),
        ("ink-3", "surface", 6.0, 6.2),
        ("control", "surface", 3.7, 4.3),
        ("accent", "surface", 7.4, 8.2),
        ("white", "accent-fill", 7.4, 5.1),
        ("focus", "surface", 5.2, 7.7),
        ("focus", "canvas", 4.9, 8.1),
        ("idle-text", "idle-tint", 6.8, 7.5),
        ("work-text", "work-tint", 5.8, 7.8),
        ("you-text", "you-tint", 6.1, 9.2),
        ("stop-text", "stop-tint", 5.7, 7.9),
        ("done-text", "done-tint", 5.7, 8.5),
        ("idle-solid", "surface", 3.7, 5.0),
        ("work-solid", "surface", 5.2, 6.3),
        ("you-solid", "surface", 3.6, 8.9),
        ("stop-solid", "surface", 6.5, 5.4),
        ("done-solid", "surface", 5.1, 7.1),
    ],
)
def test_ratio_is_the_one_of_the_design(first: str, second: str, light: float, dark: float) -> None:
    assert ratio(first, second, "light") == pytest.approx(light, abs=0.06)
    assert ratio(first, second, "dark") == pytest.approx(dark, abs=0.06)
