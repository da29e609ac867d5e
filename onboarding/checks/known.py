"""What an onboarding holds that checks depend on, read from the database."""

from collections.abc import Iterable
from typing import Any

from django.db.models import Exists, OuterRef, QuerySet

from environments.models import ProductDeployment, Run, RunStep
from environments.states import RunState, StepState
from onboarding.checks.definition import Known
from onboarding.models import Onboarding, Section
from onboarding.sections import definition


def of(onboarding: Onboarding) -> Known:
    """Three statements, however many sections and environments there are."""
    rows = Section.objects.filter(onboarding=onboarding).values_list("key", "answers")
    judged = {key: (definition(key).sound(answers), definition(key).clean(answers)[1]) for key, answers in rows}
    answers = {key: sound for key, (sound, _) in judged.items()}
    deployments = list(_deployments(onboarding))
    return Known(
        answers,
        frozenset(key for key, (_, problems) in judged.items() if not problems),
        {deployment.hostname: deployment.address for deployment in deployments},
        _mail_records(onboarding),
        _urls(deployments, answers),
    )


def _deployments(onboarding: Onboarding) -> QuerySet[ProductDeployment]:
    finished = Run.objects.filter(environment=OuterRef("environment"), state=RunState.FINISHED)
    rows = ProductDeployment.objects.filter(environment__onboardings=onboarding)
    return rows.annotate(stands=Exists(finished)).order_by("hostname")


def _mail_records(onboarding: Onboarding) -> list[tuple[str, str, str]]:
    """Return what SES asked for in the latest run of any environment; all that share a domain share the records."""
    steps = RunStep.objects.filter(key="mail_identity", state=StepState.READY, run__environment__onboardings=onboarding)
    outputs = steps.order_by("-finished_at", "-pk").values_list("outputs", flat=True).first() or {}
    return [(row["type"], row["name"], row["value"]) for row in outputs.get("records", ())]


def _urls(deployments: Iterable[Any], answers: dict[str, dict[str, Any]]) -> list[str]:
    """Return where the products answer in public: under the public domain as in the zone, where a load balancer has the
    certificate for it."""
    domain, zone = answers.get("products", {}).get("domain"), answers.get("dns", {}).get("zone")
    if not domain or not zone:
        return []
    return [
        f"https://{one.hostname.removesuffix(f'.{zone}')}.{domain}"
        for one in deployments
        if one.stands and one.pattern != "single" and one.hostname.endswith(f".{zone}")
    ]
