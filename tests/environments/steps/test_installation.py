from dataclasses import replace

import pytest

from environments.provisioning.installation import document
from environments.provisioning.specification import Product
from environments.provisioning.step import Drifted, Missing, Pending, Ready, StepRefused
from environments.provisioning.steps import machine_marks
from environments.provisioning.steps.consoles import Consoles
from environments.provisioning.steps.installation import Installation, InstallationDocuments
from tests.environments.steps.conftest import Bench, bench_of

DOCUMENTS, INSTALLATION, CONSOLES = InstallationDocuments(), Installation(), Consoles()
INSTALLED = "wso2:installed"


@pytest.fixture
def standing(memory_bench) -> Bench:
    """An environment in memory whose machines run, ready for the installation."""
    memory_bench.make_required(INSTALLATION)
    memory_bench.forget()
    return memory_bench


def _documents(bench: Bench):
    filters = [{"Key": "Owner", "Values": ["Self"]}]
    rows = bench.customer.pages("ssm", "list_documents", "DocumentIdentifiers", Filters=filters)
    return {row["Name"] for row in rows}


def _machine(bench: Bench, node: str = "api-manager-1"):
    return machine_marks.standing(bench.context)[node]


# ---- documents


def test_each_product_has_a_document_that_installs_it_and_one_that_asks_its_console(bench):
    found = DOCUMENTS.apply(bench.context, Missing())
    assert isinstance(found, Ready)
    assert bench.changes == ["ssm.create_document"] * 4
    told = sorted(name.split("-", 2)[2].rpartition("-")[0] for name in _documents(bench))
    assert told == [
        "console-api-manager",
        "console-identity-server",
        "install-api-manager-4.5.0-single",
        "install-identity-server-7.1.0-single",
    ]


def test_unchanged_documents_cost_one_read(bench):
    bench.make(DOCUMENTS)
    bench.forget()
    bench.apply(DOCUMENTS)
    assert (bench.reads, bench.changes) == (["ssm.list_documents"], [])


def test_another_answer_makes_another_document_and_the_old_one_goes(bench):
    bench.make(DOCUMENTS)
    before = _documents(bench)
    first, second = bench.spec.products
    bench.spec = replace(bench.spec, products=(replace(first, version="4.4.0"), second))
    bench.forget()
    bench.make(DOCUMENTS)
    assert bench.changes == ["ssm.create_document", "ssm.delete_document"]
    assert len(_documents(bench) - before) == 1
    assert len(before - _documents(bench)) == 1


def test_document_that_was_deleted_by_hand_is_made_again(bench):
    bench.make(DOCUMENTS)
    gone = document.console_check(bench.spec, bench.spec.products[0]).name
    bench.customer.change("ssm", "delete_document", Name=gone)
    found = DOCUMENTS.observe(bench.context)
    assert isinstance(found, Drifted)
    assert found.differences == (f"There is no ssm document {gone}",)
    bench.make(DOCUMENTS)
    assert gone in _documents(bench)


def test_documents_go_with_the_environment(bench):
    bench.make(DOCUMENTS)
    bench.tear_down(DOCUMENTS)
    DOCUMENTS.remove(bench.context)
    assert _documents(bench) == set()


# ---- installation and consoles


def test_every_node_is_installed_once_and_its_console_asked(bench):
    bench.make_required(CONSOLES)
    assert bench.changes.count("ssm.send_command") == 2
    bench.make(CONSOLES)
    assert bench.changes.count("ssm.send_command") == 4


def test_second_apply_proves_both_with_the_list_of_machines(bench):
    bench.make_required(CONSOLES)
    bench.make(CONSOLES)
    for step in (INSTALLATION, CONSOLES):
        bench.forget()
        bench.apply(step)
        assert (bench.reads, bench.changes) == (["ec2.describe_instances"], [])


def test_mark_names_the_document_that_was_run(bench):
    bench.make_required(INSTALLATION)
    bench.make(INSTALLATION)
    mark = _machine(bench).tags[INSTALLED]
    assert mark.startswith(f"{INSTALLATION.documents(bench.spec)['api-manager-1']}/")
    assert mark.rpartition("/")[0] in _documents(bench)


def test_another_version_is_installed_and_asked_for_anew(bench):
    bench.make_required(CONSOLES)
    bench.make(CONSOLES)
    first, second = bench.spec.products
    bench.spec = replace(bench.spec, products=(replace(first, version="4.4.0"), second))
    bench.make(DOCUMENTS)
    found = INSTALLATION.observe(bench.context)
    assert isinstance(found, Drifted)
    assert "succeeded with other settings" in found.differences[0]
    bench.forget()
    bench.make(INSTALLATION)
    bench.make(CONSOLES)
    assert bench.changes.count("ssm.send_command") == 2


def test_machine_reads_its_secrets_itself(bench):
    bench.make_required(INSTALLATION)
    given = INSTALLATION.job(bench.context, "api-manager-1").parameters
    assert set(given) == set(document.PARAMETERS)
    password = bench.vault.sealed["administrators"]
    assert not [value for value in given.values() if value and value in password]
    assert given["AdministratorsSecret"] == bench.outputs["administrator_accounts"]["secret_name"]
    assert given["Nodes"] == "api-manager-1=10.20.0.10"


def test_what_the_stand_in_does_not_do_is_said():
    assert "nothing is installed" in INSTALLATION.simulated
    assert "nobody was asked" in CONSOLES.simulated


def test_tear_down_takes_the_marks_off(bench):
    bench.make_required(CONSOLES)
    bench.make(CONSOLES)
    for step in (CONSOLES, INSTALLATION):
        bench.tear_down(step)
        step.remove(bench.context)
    assert INSTALLED not in _machine(bench).tags
    assert "wso2:console-answered" not in _machine(bench).tags


# ---- what only a machine that really works can show


def test_installation_waits_for_aws_until_the_command_has_succeeded(standing):
    found = INSTALLATION.apply(standing.context, Missing())
    assert isinstance(found, Pending)
    assert found.waits_on == "aws"
    assert standing.changes == ["ssm.send_command"] * 2
    standing.pass_time(found.look_again)
    standing.make(INSTALLATION)
    assert standing.changes == ["ssm.send_command"] * 2 + ["ec2.create_tags"] * 2


def test_failed_installation_tells_its_last_words_and_a_retry_runs_it_anew(standing):
    standing.memory.failing_documents.add(INSTALLATION.documents(standing.spec)["api-manager-1"])
    found = INSTALLATION.apply(standing.context, Missing())
    assert isinstance(found, Pending)
    standing.pass_time(found.look_again)
    with pytest.raises(StepRefused) as refused:
        standing.make(INSTALLATION)
    assert "api-manager-1" in refused.value.message
    assert refused.value.message.endswith("no such host: packages")
    assert "Run Command, command-" in refused.value.remedy

    standing.memory.failing_documents.clear()
    standing.forget()
    standing.make(INSTALLATION)
    assert standing.changes.count("ssm.send_command") == 1


def test_lost_answer_sends_no_second_command(standing):
    INSTALLATION.apply(standing.context, Missing())
    standing.forget()
    standing.make(INSTALLATION)
    assert "ssm.send_command" not in standing.changes


def test_machine_that_does_not_report_yet_is_waited_for_half_an_hour(standing):
    for row in standing.memory.rows("ec2", "instance"):
        row["State"]["Name"] = "pending"
        row["_since"] = row["LaunchTime"] = standing.context.now
    found = INSTALLATION.apply(standing.context, Missing())
    assert isinstance(found, Pending)
    assert found.reason == "The machine does not report to Systems Manager yet."
    assert found.give_up_at
    standing.now = found.give_up_at
    with pytest.raises(StepRefused) as refused:
        INSTALLATION.apply(standing.context, Missing())
    assert refused.value.code == "not_online"


def test_nodes_without_a_console_are_not_asked(world, request):
    products = (Product("api-manager", "4.5.0", "am.northwind.internal", "10.20.0.10", "distributed"),)
    bench = bench_of(world, request, products=products)
    assert set(CONSOLES.documents(bench.spec)) == {"api-manager-control-plane-1", "api-manager-control-plane-2"}
    assert len(INSTALLATION.documents(bench.spec)) == 6
