"""What the installation does in the database, done in a PostgreSQL of the test's own by the very lines of the script."""

import os
import shutil
import socket
import subprocess
import tempfile
from pathlib import Path

import pytest

from environments.provisioning import installation

SCRIPT = Path(installation.__file__).parent / "install.sh"
MAIN, WORD = "products_admin", "word of the main user"
NEEDED = ("initdb", "pg_ctl", "psql", "jq", "openssl", "bash")

pytestmark = pytest.mark.skipif(not all(map(shutil.which, NEEDED)), reason="needs the programs of PostgreSQL")


def _databases(home: Path) -> str:
    """Return the part of the script that is about databases, with the secrets of the test."""
    part = SCRIPT.read_text().partition('step "Databases"')[2].partition('step "Service"')[0]
    return f"""
set -euo pipefail
home="{home}"
login='{{"username": "api_manager", "password": "'"$LOGIN_WORD"'"}}'
secret() {{ echo '{{"username": "{MAIN}", "password": "{WORD}"}}'; }}
{part}
"""


class Server:
    """A PostgreSQL that speaks TLS, as RDS does. It does not run as root."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.data, self.port = folder, folder / "data", _free_port()

    def _run(self, *command: str) -> None:
        user = {"user": "nobody", "extra_groups": []} if os.geteuid() == 0 else {}
        subprocess.run(command, check=True, cwd=self.folder, capture_output=True, **user)

    def start(self) -> None:
        word = self.folder / "word"
        word.write_text(WORD)
        _hand_over(word)
        # As on RDS, the main user may make users and databases, and is no superuser.
        self._run("initdb", "-D", str(self.data), "-U", "rdsadmin", "-A", "scram-sha-256", f"--pwfile={word}")
        key = ("-keyout", str(self.data / "server.key"), "-out", str(self.data / "server.crt"))
        self._run("openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-subj", "/CN=localhost", *key)
        options = f"-p {self.port} -c ssl=on -c fsync=off -c listen_addresses=127.0.0.1 -k {self.folder}"
        self._run("pg_ctl", "-D", str(self.data), "-w", "-l", str(self.folder / "log"), "-o", options, "start")
        self.ask(f"CREATE ROLE {MAIN} LOGIN CREATEDB CREATEROLE PASSWORD '{WORD}'", user="rdsadmin")

    def stop(self) -> None:
        self._run("pg_ctl", "-D", str(self.data), "-m", "immediate", "stop")

    def ask(self, question: str, *, database: str = "postgres", user: str = MAIN, word: str = WORD) -> str:
        """Return the answer. Raises `CalledProcessError` where the server refuses."""
        where = {"PGHOST": "127.0.0.1", "PGPORT": str(self.port), "PGUSER": user, "PGPASSWORD": word}
        command = ["psql", "-qAtc", question, "-d", database]
        done = subprocess.run(command, env=os.environ | where, check=True, capture_output=True, text=True)
        return done.stdout.strip()

    def install(self, word: str = "abc123") -> subprocess.Popen:
        """Start the installation of a machine."""
        given = {
            "DATABASE_ADDRESS": "127.0.0.1",
            "DATABASE_PORT": str(self.port),
            "DATABASES": "am_apim:tables.sql am_shared:tables.sql",
            "DATABASE_SECRET": "of the main user",
            "LOGIN_WORD": word,
        }
        command = ["bash", "-c", _databases(self.folder)]
        return subprocess.Popen(command, env=os.environ | given, stdout=subprocess.PIPE, stderr=subprocess.PIPE)


def _hand_over(path: Path) -> None:
    """Let the server's user have it."""
    if os.geteuid() == 0:
        shutil.chown(path, "nobody")


def _free_port() -> int:
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return int(one.getsockname()[1])


@pytest.fixture(scope="module")
def cluster():
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        _hand_over(folder)
        (folder / "tables.sql").write_text("CREATE SEQUENCE place; CREATE TABLE api (id int DEFAULT nextval('place'));")
        running = Server(folder)
        running.start()
        yield running
        running.stop()


@pytest.fixture
def server(cluster):
    """The server as it is before the first installation."""
    yield cluster
    for name in ("am_apim", "am_shared"):
        cluster.ask(f"DROP DATABASE IF EXISTS {name}", user="rdsadmin")
    cluster.ask("DROP ROLE IF EXISTS api_manager", user="rdsadmin")


def _installed(*machines: subprocess.Popen) -> str:
    """Wait until the machines are done, and return all that they said."""
    said = [b"".join(machine.communicate(timeout=60)).decode() for machine in machines]
    assert [machine.returncode for machine in machines] == [0] * len(machines), said
    return "".join(said)


def test_product_has_a_user_of_its_own_that_owns_its_databases_and_tables(server):
    _installed(server.install())
    owners = server.ask("SELECT pg_get_userbyid(datdba) FROM pg_database WHERE datname LIKE 'am_%'")
    assert owners.split() == ["api_manager", "api_manager"]
    who = {"database": "am_apim", "user": "api_manager", "word": "abc123"}
    assert server.ask("SELECT tableowner FROM pg_tables WHERE schemaname = 'public'", **who) == "api_manager"
    server.ask("INSERT INTO api DEFAULT VALUES", **who)


def test_product_works_on_when_rds_changes_the_main_users_password(server):
    _installed(server.install())
    server.ask(f"ALTER ROLE {MAIN} PASSWORD 'of next week'", user="rdsadmin")
    try:
        assert server.ask("SELECT 1", database="am_apim", user="api_manager", word="abc123") == "1"
    finally:
        server.ask(f"ALTER ROLE {MAIN} PASSWORD '{WORD}'", user="rdsadmin")


def test_again_changes_nothing_and_nodes_at_once_wait_for_each_other(server):
    _installed(*(server.install() for _ in range(4)))
    who = {"database": "am_apim", "user": "api_manager", "word": "abc123"}
    server.ask("INSERT INTO api DEFAULT VALUES", **who)
    _installed(server.install())
    assert server.ask("SELECT count(*) FROM api", **who) == "1"


def test_what_the_main_user_made_before_becomes_the_products(server):
    server.ask("CREATE DATABASE am_apim")
    server.ask("CREATE SEQUENCE place; CREATE TABLE api (id int DEFAULT nextval('place'))", database="am_apim")
    _installed(server.install())
    server.ask("INSERT INTO api DEFAULT VALUES", database="am_apim", user="api_manager", word="abc123")


def test_no_other_product_may_look_into_it(server):
    _installed(server.install())
    server.ask("CREATE ROLE identity_server LOGIN PASSWORD 'other'")
    try:
        with pytest.raises(subprocess.CalledProcessError) as refused:
            server.ask("SELECT 1", database="am_apim", user="identity_server", word="other")
        assert "permission denied" in refused.value.stderr
    finally:
        server.ask("DROP ROLE identity_server")


def test_installation_says_no_password(server):
    said = _installed(server.install("abc123"))
    assert "abc123" not in said
    assert WORD not in said
    assert "abc123" not in (server.folder / "log").read_text()
