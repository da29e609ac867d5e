import json
from dataclasses import replace
from pathlib import Path, PurePosixPath

import pytest

from environments.provisioning import installation, names
from environments.provisioning.installation.packs import JMX_PORT
from environments.provisioning.specification import Logs, Monitoring
from environments.provisioning.step import Drifted, Missing, Ready
from environments.provisioning.steps.agent import AgentConfiguration, LogForwarding
from environments.provisioning.steps.logs import group
from tests.environments.steps.conftest import bench_of
from tests.fakes.engine import spec

INSTALL = Path(installation.__file__).with_name("install.sh").read_text()
AGENT, FORWARDING = AgentConfiguration(), LogForwarding()
PROXY = "http://proxy.acme.example:3128"
BEHIND_PROXY = Monitoring(internet_reachable=False, http_proxy=PROXY)
WITH_PASSWORD = replace(BEHIND_PROXY, proxy_username="wso2", proxy_password="sealed-1")


def _parameters(bench):
    path = names.path(bench.spec, "")
    rows = bench.customer.pages("ssm", "get_parameters_by_path", "Parameters", Path=path, Recursive=True)
    return {row["Name"]: row for row in rows}


def _configuration(bench):
    bench.make_required(AGENT)
    name = bench.make(AGENT).outputs["configuration"]
    return json.loads(_parameters(bench)[name]["Value"])


def test_agent_sends_every_kind_of_logs_to_its_group(bench):
    files = _configuration(bench)["logs"]["logs_collected"]["files"]["collect_list"]
    by_path = {one["file_path"]: one["log_group_name"] for one in files}
    assert by_path["/opt/wso2/*/repository/logs/audit.log"] == group(bench.spec, "audit")
    assert by_path["/var/log/secure"] == by_path["/var/log/auth.log"] == group(bench.spec, "audit")
    assert by_path["/opt/wso2/*/repository/logs/wso2carbon.log"] == group(bench.spec, "application")
    assert by_path["/var/log/syslog"] == by_path["/var/log/messages"] == group(bench.spec, "system")


def test_agent_of_production_measures_one_value_per_machine(bench):
    metrics = _configuration(bench)["metrics"]
    assert metrics["aggregation_dimensions"] == [["InstanceId"]]
    assert set(metrics["metrics_collected"]) == {"disk", "mem", "procstat", "jmx"}
    (jvm,) = metrics["metrics_collected"]["jmx"]
    assert jvm["endpoint"] == f"localhost:{JMX_PORT}"


def test_agent_of_non_production_collects_logs_and_measures_nothing(world, request):
    bench = bench_of(world, request, kind="test")
    configuration = _configuration(bench)
    assert "logs" in configuration
    assert "metrics" not in configuration


def test_fresh_parameter_takes_one_call_and_the_second_apply_one_read(bench):
    bench.make_required(AGENT)
    bench.forget()
    assert isinstance(AGENT.apply(bench.context, Missing()), Ready)
    assert (bench.reads, bench.changes) == ([], ["ssm.put_parameter"])
    bench.forget()
    bench.apply(AGENT)
    assert (bench.reads, bench.changes) == (["ssm.get_parameters_by_path"], [])


@pytest.mark.parametrize("step", [AGENT, FORWARDING], ids=lambda step: step.key)
def test_configuration_that_was_changed_by_hand_is_written_again(bench, step):
    bench.make_required(step)
    name = bench.make(step).outputs["configuration"]
    bench.customer.change("ssm", "put_parameter", Name=name, Type="String", Value="mine", Overwrite=True)
    found = step.observe(bench.context)
    assert isinstance(found, Drifted)
    assert found.changes[0].differences[0].startswith("holds is something else instead of")
    bench.make(step)
    assert isinstance(step.observe(bench.context), Ready)


def test_machines_without_a_way_out_are_told_the_proxy(world, request):
    bench = bench_of(world, request, monitoring=BEHIND_PROXY)
    bench.make_required(AGENT)
    name = bench.make(AGENT).outputs["proxy"]
    assert f'https_proxy = "{PROXY}"' in _parameters(bench)[name]["Value"]


def test_password_of_the_proxy_is_sealed_and_never_told(world, request):
    bench = bench_of(world, request, monitoring=WITH_PASSWORD)
    bench.make_required(AGENT)
    made = bench.make(AGENT)
    row = _parameters(bench)[made.outputs["proxy"]]
    assert row["Type"] == "SecureString"
    told = repr((made, AGENT.planned(bench.spec), AGENT.observe(bench.context)))
    assert "secret of" not in told
    assert "secret%20of" not in told
    bench.forget()
    bench.apply(AGENT)
    assert bench.changes == []


def test_machine_gets_user_name_and_password_in_the_address(memory_bench):
    memory_bench.spec = replace(memory_bench.spec, monitoring=WITH_PASSWORD)
    memory_bench.make_required(AGENT)
    memory_bench.make(AGENT)
    values = [row["Value"] for row in memory_bench.memory.rows("ssm", "parameter") if row["Type"] == "SecureString"]
    assert ["http://wso2:secret%20of%20sealed-1@proxy.acme.example:3128" in value for value in values] == [True]


def test_other_password_is_another_parameter_and_the_old_one_goes(world, request):
    bench = bench_of(world, request, monitoring=WITH_PASSWORD)
    bench.make_required(AGENT)
    before = bench.make(AGENT).outputs["proxy"]
    bench.spec = replace(bench.spec, monitoring=replace(WITH_PASSWORD, proxy_password="sealed-2"))
    after = bench.make(AGENT).outputs["proxy"]
    assert before != after
    assert before not in _parameters(bench)
    assert after in _parameters(bench)


@pytest.mark.parametrize(
    ("protocol", "port", "sends"),
    [("syslog_tls", 6514, "Name syslog"), ("https", 443, "Name http")],
)
def test_copy_of_every_line_leaves_encrypted(world, request, protocol, port, sends):
    logs = Logs(forward=True, host="logs.acme.example", port=port, protocol=protocol)
    bench = bench_of(world, request, logs=logs)
    name = bench.make(FORWARDING).outputs["configuration"]
    text = _parameters(bench)[name]["Value"]
    output = text[text.index("[OUTPUT]") :]
    assert sends in output
    assert f"Host logs.acme.example\n    Port {port}\n" in output
    assert "tls on" in output
    assert all(path in text for path in ("/audit.log,/var/log/auth.log", "/wso2carbon.log,", "/var/log/syslog,"))


def test_each_input_of_the_copy_remembers_by_itself_how_far_it_has_read(bench):
    bench.spec = replace(bench.spec, logs=Logs(forward=True, host="logs.acme.example", port=443, protocol="https"))
    name = bench.make(FORWARDING).outputs["configuration"]
    text = _parameters(bench)[name]["Value"]
    databases = [line.split()[1] for line in text.splitlines() if line.split()[:1] == ["DB"]]
    assert len(set(databases)) == text.count("[INPUT]") == 3
    assert f"install -d -m 0700 {PurePosixPath(databases[0]).parent}\n" in INSTALL


def test_forwarding_takes_one_call_and_one_read(bench):
    assert isinstance(FORWARDING.apply(bench.context, Missing()), Ready)
    assert (bench.reads, bench.changes) == ([], ["ssm.put_parameter"])
    bench.forget()
    bench.apply(FORWARDING)
    assert (bench.reads, bench.changes) == (["ssm.get_parameters_by_path"], [])


def test_nothing_is_forwarded_where_nobody_asked():
    assert not FORWARDING.applies(replace(spec(), logs=Logs()))


def test_tear_down_leaves_nothing_and_may_be_repeated(bench):
    bench.make_required(AGENT)
    for step in (AGENT, FORWARDING):
        bench.make(step)
        bench.tear_down(step)
        assert isinstance(step.observe(bench.context), Missing)
        step.remove(bench.context)
    assert _parameters(bench) == {}
