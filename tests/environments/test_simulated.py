"""Where a stand-in takes AWS's place, pages and evidence say what is not real; on AWS nothing is said."""

import pytest

from environments.provisioning.steps import BY_KEY
from environments.services import checklist, stand_in
from environments.views import evidence, plan_page

SENTENCE = BY_KEY["installation"].simulated


@pytest.fixture(params=["on AWS", "on the stand-in"])
def simulated(request, settings) -> bool:
    here = request.param == "on the stand-in"
    settings.AWS_STAND_IN_CUSTOMER_ROLE = "Administrator" if here else ""
    return here


def test_what_is_not_real_is_said_on_the_stand_in_only(simulated):
    assert stand_in.simulated("installation") == (SENTENCE if simulated else "")
    assert stand_in.simulated("subnets") == ""
    assert stand_in.simulated("no such step") == ""


def test_evidence_itself_says_that_it_is_simulated(simulated):
    kept = {"steps": [checklist._seen("installation", {}, None)]}
    (proof,) = evidence._proofs(kept["steps"])
    assert proof.simulated == (SENTENCE if simulated else "")


def test_plan_says_it_of_what_it_would_do_and_not_of_what_it_takes_away(simulated):
    finding = {"step": "installation", "title": "Installation", "action": "create", "changes": []}
    (row,) = plan_page.rows_of([finding], "Northwind")
    assert row.simulated == (SENTENCE if simulated else "")
    (removed,) = plan_page.rows_of([{**finding, "action": "remove", "removes": True}], "Northwind")
    assert removed.simulated == ""


RECORDED_ONLY = (
    "account certificate consoles dashboard database installation instances listeners load_balancer log_delivery mail_records "
    "patch_task targets vpn_tunnels zone_association"
)


@pytest.mark.parametrize("step", RECORDED_ONLY.split())
def test_every_step_whose_work_runs_nowhere_here_says_so(step):
    assert BY_KEY[step].simulated.endswith(".")
