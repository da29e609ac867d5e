"""Which products, in which version and pattern (rows S16, S19, S20, S40)."""

from collections.abc import Iterable
from typing import Any

from environments.catalogue.products import BY_KEY, PATTERNS, PRODUCTS
from onboarding.sections.choices import Boolean, Choice, Option
from onboarding.sections.definition import Rows, SectionDefinition
from onboarding.sections.questions import LongText, Text, When
from onboarding.sections.suggest import Known, Suggest, usual
from onboarding.validators import public_domain
from portal.core.errors import FieldProblem

_VERSIONS = sorted({version for product in PRODUCTS for version in product.versions}, reverse=True)


def newest_version(known: Known) -> str | None:
    product = BY_KEY.get(known.group.get("product", ""))
    return product.versions[0] if product else None


def versions_exist(answers: dict[str, Any]) -> Iterable[FieldProblem]:
    """Source: the release pages of the products (`environments/catalogue/products.py`)."""
    for index, row in enumerate(answers.get("products", [])):
        product = BY_KEY.get(row.get("product", ""))
        version = row.get("version")
        if product and version and version not in product.versions:
            offered = ", ".join(product.versions)
            message = f"{product.name} {version} is not offered. Select one of {offered}."
            yield FieldProblem(f"products/{index}/version", message, "unknown_version")


def each_product_once(answers: dict[str, Any]) -> Iterable[FieldProblem]:
    """Source: row S16; an environment has one deployment of each product."""
    seen: set[str] = set()
    for index, row in enumerate(answers.get("products", [])):
        key = row.get("product", "")
        if key and key in seen:
            message = f"{BY_KEY[key].name} is given twice. Every environment has each product once: remove one row."
            yield FieldProblem(f"products/{index}/product", message, "duplicate")
        seen.add(key)


SECTION = SectionDefinition(
    key="products",
    title="Products and environments",
    lead="What you bought and how it is laid out. Every environment you name under “Remote access” gets the same.",
    minutes=5,
    gather="Your order, and the deployment architecture from the planning phase",
    slice="products",
    facts=(
        "Operating-system security patches install by themselves. Product upgrades and patches go in when you ask.",
        "Building applications, IT tasks, quality assurance, trainings and upgrades of custom work belong to Support.",
        "Non-production environments have the architecture of production.",
    ),
    rules=(versions_exist, each_product_once),
    questions=(
        Rows(
            key="products",
            label="Products",
            item="product",
            names="product",
            missing="Add at least one product",
            most=len(PRODUCTS),
            who="Your solution architect",
            why="What you bought decides what is installed, on how many machines and behind which ports.",
            where="Your order form, and the deployment architecture of the planning phase",
            questions=(
                Choice(
                    key="product",
                    label="Product",
                    dropdown=True,
                    options=tuple(Option(product.key, product.name) for product in PRODUCTS),
                    where="Your order form",
                    why="Each product brings its own machines, database and ports.",
                    who="Your solution architect",
                ),
                Choice(
                    key="version",
                    label="Version",
                    dropdown=True,
                    options=tuple(Option(version, version) for version in _VERSIONS),
                    hint="The newest of your product unless your code needs an older one",
                    suggest=Suggest(newest_version, "the newest of the product", later=True),
                    why="The version decides ports, memory and the upgrade path.",
                    where="On a running product: <home>/bin/wso2server.version, or the console's About page",
                    who="Your developers",
                ),
                Choice(
                    key="pattern",
                    label="Deployment pattern",
                    options=tuple(Option(pattern.key, pattern.name, pattern.consequence) for pattern in PATTERNS),
                    suggest=usual("ha", "the usual one of production"),
                    why="It decides how many machines run, in how many zones.",
                    where="The deployment architecture of the planning phase",
                    who="Your solution architect",
                ),
            ),
        ),
        Text(
            key="domain",
            label="Public domain of your products",
            hint="Such as integration.acme.example. Leave empty when only your own networks reach them",
            required=False,
            rule=public_domain,
            longest=253,
            where="Your domain registrar's list, or the DNS that holds the domain",
            command="dig +short NS acme.example",
            who="Your DNS administrator",
            why="The public address and the certificate of your products are made for it.",
        ),
        Boolean(
            key="migration",
            label="Data or custom code moves in from an older system",
            required=False,
            yes="You and your account manager write down how, before the work starts.",
            no="The products start empty.",
            why="How data and custom code move must be decided together, and be on record.",
            who="Your application owner",
        ),
        LongText(
            key="migration_decision",
            label="What moves, and how",
            shown_when=When("migration", (True,)),
            missing="Enter what moves, and how you agreed to move it",
            hint="Databases, artifacts, custom code; who exports, who imports, when",
            why="The work starts only once both sides wrote down how it is done.",
            who="Your application owner, together with your account manager",
        ),
    ),
)
