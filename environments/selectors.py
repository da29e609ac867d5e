"""What of environments may this person see. Every read on somebody's behalf begins at `visible_to`."""

from typing import Any, TypeVar

from django.contrib.auth.models import AnonymousUser
from django.db.models import BooleanField, Case, Count, Model, OuterRef, Prefetch, Q, QuerySet, Subquery, When
from django.db.models.functions import Coalesce

from environments.models import (
    Adoption,
    AwsCall,
    ChecklistItem,
    DriftCheck,
    Environment,
    Plan,
    Resource,
    Run,
    RunStep,
    Specification,
)
from environments.provisioning.specification import DataCentre, Spec
from environments.states import ACTIVE_RUNS, ItemState, PlanPurpose, RunState, StepState
from portal.accounts.models import User
from portal.core.errors import NotFound

Person = User | AnonymousUser
Row = TypeVar("Row", bound=Model)


def _one(rows: QuerySet[Row], id: str) -> Row:
    found = rows.filter(pk=id).first()
    if found is None:
        raise NotFound
    return found


def environments(user: Person) -> QuerySet[Environment]:
    """The environments this person may see, with how many checklist items are true (`green`) of how many (`items`), and whether
    the latest check found AWS other than approved (`has_drifted`)."""
    return (
        Environment.objects.visible_to(user)
        .select_related("customer", "aws_account", "checklist_template")
        .annotate(
            items=_items(),
            green=_items(state=ItemState.GREEN),
            has_drifted=Subquery(_latest_comparison()),
        )
        .order_by("-id")
    )


def _items(**only: str) -> Coalesce:
    """Return how many checklist items an environment has. Counted per row that is shown: joined, all would be counted first."""
    rows = ChecklistItem.objects.filter(environment=OuterRef("pk"), **only).order_by().values("environment")
    return Coalesce(Subquery(rows.annotate(number=Count("pk")).values("number")), 0)


def _latest_comparison() -> QuerySet[Any]:
    """Return whether AWS differed when the environment was last looked at; no row where nobody looked, or nothing stands."""
    checks = DriftCheck.objects.filter(environment=OuterRef("pk"), environment__torn_down_at=None)
    differs = Case(When(findings=[], then=False), default=True, output_field=BooleanField())
    return checks.order_by("-found_at", "-id").annotate(differs=differs).values("differs")[:1]


def environment(user: Person, id: str) -> Environment:
    return _one(environments(user), id)


def environments_at_work(user: Person, *, words: str = "", kind: str = "") -> QuerySet[Environment]:
    """The environments with the state of their newest plan and run (`plan_state`, `run_state`, `run_id`), perhaps only those
    of a kind, or with these words in the name of the customer or their own, their account or VPC."""
    plans = Plan.objects.filter(environment=OuterRef("pk")).order_by("-id")
    runs = Run.objects.filter(environment=OuterRef("pk")).order_by("-id")
    rows = environments(user).annotate(
        plan_state=Subquery(plans.values("state")[:1]),
        run_state=Subquery(runs.values("state")[:1]),
        run_id=Subquery(runs.values("pk")[:1]),
    )
    if words:
        named = Q(name__icontains=words) | Q(customer__name__icontains=words)
        rows = rows.filter(named | Q(aws_account__account_id__contains=words) | Q(vpc_id__contains=words))
    return rows.filter(kind=kind) if kind else rows


def specifications(user: Person) -> QuerySet[Specification]:
    return Specification.objects.visible_to(user).select_related("environment__customer").order_by("-id")


def specification(user: Person, id: str) -> Specification:
    return _one(specifications(user), id)


def plans(user: Person) -> QuerySet[Plan]:
    people = ("requested_by", "approved_by")
    return (
        Plan.objects.visible_to(user)
        .select_related("environment__customer", "environment__aws_account", "specification", *people)
        .order_by("-id")
    )


def plan(user: Person, id: str) -> Plan:
    return _one(plans(user), id)


def latest_plan(environment: Environment) -> Plan | None:
    return environment.plans.select_related("specification", "approved_by").order_by("-created_at").first()


def is_current(plan: Plan) -> bool:
    """Return whether the plan is of the newest approved answers."""
    newest = Specification.objects.filter(environment=plan.environment_id).order_by("-version")
    return newest.values_list("pk", flat=True).first() == plan.specification_id


def runs(user: Person) -> QuerySet[Run]:
    return (
        Run.objects.visible_to(user)
        .select_related("environment__customer", "environment__aws_account", "started_by", "paused_by", "plan")
        .prefetch_related(Prefetch("steps", RunStep.objects.order_by("position")))
        .order_by("-id")
    )


def run(user: Person, id: str) -> Run:
    return _one(runs(user), id)


def latest_run(environment: Environment) -> Run | None:
    return environment.runs.prefetch_related("steps").order_by("-created_at").first()


def aws_calls(user: Person, run: Run | None = None) -> QuerySet[AwsCall]:
    """The journal of a run, oldest first; of everything, newest first."""
    rows = AwsCall.objects.visible_to(user)
    return rows.filter(run=run).order_by("started_at", "id") if run else rows.order_by("-id")


def resources(user: Person, environment: Environment | None = None) -> QuerySet[Resource]:
    rows = Resource.objects.visible_to(user).select_related("environment__customer").order_by("-id")
    return rows.filter(environment=environment) if environment else rows


def adoptions(user: Person, environment: Environment) -> QuerySet[Adoption]:
    rows = Adoption.objects.visible_to(user).filter(environment=environment)
    return rows.select_related("environment", "adopted_by").order_by("-id")


def drift_checks(user: Person, environment: Environment) -> QuerySet[DriftCheck]:
    """The states in which AWS was found, the newest first."""
    rows = DriftCheck.objects.visible_to(user).filter(environment=environment)
    return rows.select_related("environment").order_by("-id")


def checklist(user: Person, environment: Environment | None = None) -> QuerySet[ChecklistItem]:
    related = (
        "environment__customer",
        "customer",
        "signed_by",
        "confirmed_by",
        "template_item__template",
        "evidence_file",
    )
    rows = ChecklistItem.objects.visible_to(user).select_related(*related).defer("evidence_file__content")
    return rows.filter(environment=environment).order_by("position") if environment else rows.order_by("-id")


def checklist_item(user: Person, id: str) -> ChecklistItem:
    return _one(checklist(user), id)


def hand_over_ready(environment: Environment) -> bool:
    """Return whether every item is true. An environment without items is not ready: there is no proof of anything."""
    states = set(environment.checklist_items.values_list("state", flat=True))
    return states == {ItemState.GREEN}


def is_provisioned_as_approved(environment: Environment) -> bool:
    """Return whether a run of the newest approved answers finished; True where no answers were ever approved."""
    newest = environment.specifications.order_by("-version").values_list("pk", flat=True).first()
    if newest is None:
        return True
    if environment.torn_down_at:
        return False
    finished = environment.runs.filter(state=RunState.FINISHED, plan__specification=newest)
    return finished.filter(plan__purpose=PlanPurpose.PROVISION).exists()


def is_watched(environment: Environment) -> bool:
    """Return whether something stands that AWS is compared with the approved answers for."""
    if environment.torn_down_at:
        return False
    return environment.runs.filter(state=RunState.FINISHED, plan__purpose=PlanPurpose.PROVISION).exists()


def drifted() -> QuerySet[Environment]:
    """The environments in which AWS was other than approved when it was last looked at."""
    return Environment.objects.annotate(has_drifted=Subquery(_latest_comparison())).filter(has_drifted=True)


def topology(environment: Environment) -> dict[str, Any]:
    """Return the network of the environment as nodes and edges, each edge with the checklist item that proves it."""
    states = {} if environment.torn_down_at else {**_awaited(environment), **_proven(environment)}
    specification = environment.specifications.order_by("-version").first()
    content = specification.content if specification else {}
    nodes = [
        {"id": "provider", "lane": "provider VPC", "label": "Provider VPC", **_provider_detail(content)},
        {
            "id": "vpc",
            "lane": "customer VPC",
            "label": f"{environment.name} VPC",
            "detail": f"{environment.vpc_id or 'not made yet'} {', '.join(environment.cidr_blocks)}",
        },
    ]
    edges = [
        {
            "from": "provider",
            "to": "vpc",
            "label": "VPC peering",
            "status": _edge(states, "peering_active", "routes_both_sides"),
            "item": "routes_both_sides",
        }
    ]
    _add_zone(content, states, nodes, edges)
    _add_data_centre(content, states, nodes, edges)
    return {"nodes": nodes, "edges": edges}


def _proven(environment: Environment) -> dict[str, str]:
    """Return the state of each checklist item that says something: an open one does not."""
    items = environment.checklist_items.exclude(state=ItemState.OPEN)
    return dict(items.values_list("key", "state"))


def _awaited(environment: Environment) -> dict[str, str]:
    """Return the checklist items that a waiting step of an active run will prove."""
    waiting = RunStep.objects.filter(
        run__environment=environment, run__state__in=ACTIVE_RUNS, state=StepState.WAITING
    ).values_list("key", flat=True)
    keys = set(waiting)
    items = environment.checklist_items.exclude(template_item=None).values_list("key", "template_item__steps")
    return {key: StepState.WAITING for key, steps in items if keys.intersection(steps)}


def _provider_detail(content: dict[str, Any]) -> dict[str, str]:
    provider = content.get("provider", {})
    return {"detail": f"{provider.get('vpc_id', '')} {provider.get('cidr', '')}".strip()}


def _add_zone(content: dict[str, Any], states: dict[str, str], nodes: list, edges: list) -> None:
    dns = content.get("dns", {})
    if dns.get("choice") != "route53":
        return
    nodes.append({"id": "zone", "lane": "customer VPC", "label": "Private zone", "detail": dns["zone"]})
    edges.append(
        {
            "from": "vpc",
            "to": "zone",
            "label": "Name mappings",
            "status": _edge(states, "private_zone", "name_mappings"),
            "item": "name_mappings",
        }
    )


def data_centre(environment: Environment) -> DataCentre:
    """Return the newest approved answers about the link to the data centre; no link where none are approved yet."""
    specification = environment.specifications.order_by("-version").first()
    return Spec.of(specification.content).data_centre if specification else DataCentre()


def _add_data_centre(content: dict[str, Any], states: dict[str, str], nodes: list, edges: list) -> None:
    link = content.get("data_centre", {})
    if link.get("choice", "none") == "none":
        return
    label = "IPsec VPN" if link["choice"] == "vpn" else "Direct Connect"
    nodes.append({"id": "data_centre", "lane": "data centre", "label": "Data centre", "detail": ""})
    nodes.append({"id": "gateway", "lane": "gateway", "label": label, "detail": link.get("gateway_ip", "")})
    edges.append(
        {
            "from": "data_centre",
            "to": "gateway",
            "label": "Firewall ports",
            "status": _edge(states, "firewall_ports_opened"),
            "item": "firewall_ports_opened",
        }
    )
    proof = "vpn_up" if link["choice"] == "vpn" else "direct_connect_up"
    edges.append({"from": "gateway", "to": "vpc", "label": label, "status": _edge(states, proof), "item": proof})


def _edge(states: dict[str, str], *keys: str) -> str:
    """Return how an edge stands: failing where any item is red, verified where all are true, waiting where some are, or are
    waited for."""
    found = [states.get(key, ItemState.OPEN) for key in keys]
    if ItemState.RED in found:
        return "failing"
    if all(state == ItemState.GREEN for state in found):
        return "verified"
    return "waiting" if {ItemState.GREEN, StepState.WAITING}.intersection(found) else "planned"
