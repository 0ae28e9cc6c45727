"""Addresses, secrets and messages of the local launcher: the parts that start nothing."""

import base64
import errno
import socket
import stat
import subprocess
from pathlib import Path

import pytest

from lianjian.local import broker, demo, environment, errors, postgres, virtualenv

DEPLOY = Path(environment.__file__).resolve().parent.parent / "deploy"


def test_secrets_are_made_once_and_the_environment_goes_first():
    first = environment.settle({}, {})
    assert environment.settle(first, {}) == first
    assert environment.settle(first, {"DEMO_PASSWORD": "given"}) == first | {"DEMO_PASSWORD": "given"}
    assert len(base64.b64decode(first["FIELD_ENCRYPTION_KEY"])) == 32
    assert environment.settle({}, {}) != first


def test_the_demo_has_its_own_day_unless_told_otherwise():
    assert environment.settle({}, {})["LIANJIAN_DEMO"] == "1"
    assert environment.settle({}, {"LIANJIAN_DEMO": "0"})["LIANJIAN_DEMO"] == "0"
    assert environment.settle({"LIANJIAN_TODAY": "2020-01-01"}, {})["LIANJIAN_TODAY"] == "2026-11-20"
    assert environment.settle({}, {"LIANJIAN_TODAY": "2027-01-31"})["LIANJIAN_TODAY"] == "2027-01-31"
    assert environment.settle({}, {"LIANJIAN_TODAY": ""})["LIANJIAN_TODAY"] == ""


def test_a_secret_may_lie_in_a_file(tmp_path):
    (tmp_path / "url").write_text("postgres://from-file/x\n")
    environ = {
        "DATABASE_URL_FILE": str(tmp_path / "url"),
        "DATABASE_URL": "postgres://plain/x",
        "CACHE_URL": "",
        "A": "b",
    }
    assert environment.given(environ) == {"DATABASE_URL": "postgres://from-file/x", "A": "b"}


def test_the_file_survives_a_round_and_only_its_owner_reads_it(tmp_path):
    file = tmp_path / "local.env"
    values = environment.new_secrets() | {"DATABASE_URL": "postgres://a:b%3D@h:1/d?x=y"}
    environment.write(file, {"OLD": "gone"})
    environment.write(file, values)
    assert environment.read(file) == values
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert environment.read(tmp_path / "absent") == {}


@pytest.mark.parametrize(
    ("broker_url", "cache_url"),
    [
        ("redis://:pw@h:6379/0", "redis://:pw@h:6379/1"),
        ("redis://h:6379", "redis://h:6379/1"),
        ("rediss://h/4", "rediss://h/5"),
        ("amqp://h//", "locmemcache://"),
    ],
)
def test_the_cache_never_shares_the_brokers_database(broker_url, cache_url):
    assert environment.cache_beside(broker_url) == cache_url


def test_a_database_address_becomes_variables():
    assert environment.libpq_variables("postgres://us%40er:p%2Fw@db.example:5433/shire") == {
        "PGHOST": "db.example",
        "PGPORT": "5433",
        "PGUSER": "us@er",
        "PGPASSWORD": "p/w",
        "PGDATABASE": "shire",
        "PGCONNECT_TIMEOUT": "10",
    }


@pytest.mark.parametrize("url", ["sqlite:///x.db", "postgres://h:port/db", "postgres://h", "nonsense"])
def test_another_kind_of_address_is_refused_in_words(url):
    with pytest.raises(errors.LocalError, match="DATABASE_URL"):
        environment.libpq_variables(url)


@pytest.mark.parametrize("text", ["0", "65536", "abc", "-1", "８０８０", "80.5"])
def test_a_port_must_be_a_port(text):
    with pytest.raises(errors.LocalError, match="PORT"):
        demo.web_port(text)


def test_a_taken_port_is_not_taken_again():
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
        assert environment.free_port(port) != port
        with pytest.raises(errors.LocalError, match=str(port)):
            demo.require_free(port)


def test_small_machines_get_small_buffers_and_small_shared_memory_is_avoided():
    small = postgres.settings(True, 2**30, 64 * 2**20)
    assert small["shared_buffers"] == "128MB"
    assert small["dynamic_shared_memory_type"] == "mmap"
    assert "fsync" not in small
    large = postgres.settings(False, 64 * 2**30, 2**30)
    assert large["shared_buffers"] == "1024MB"
    assert "dynamic_shared_memory_type" not in large
    assert large["fsync"] == "off"


def test_psql_variables_keep_quotes_and_backslashes():
    assert postgres.sql_variables(password="a'b\\c") == "\\set password 'a\\'b\\\\c'\n"


def test_the_broker_never_evicts_and_listens_here_only(tmp_path):
    lines = broker.configuration(tmp_path, 7000, "pw", durable=True).splitlines()
    assert {"maxmemory-policy noeviction", "appendonly yes", "bind 127.0.0.1"} <= set(lines)


@pytest.mark.parametrize(
    ("output", "word"),
    [
        ("WARNING: Retrying after NewConnectionError\nERROR: ResolutionImpossible\n", "连不上"),
        ("ERROR: Could not install packages: [Errno 28] No space left on device\n", "磁盘"),
        ("ERROR: No matching distribution found for x==1\n", "找不到"),
        ("Killed\n", "失败"),
    ],
)
def test_pip_says_why(tmp_path, output, word):
    (tmp_path / "pip.log").write_text(output)
    assert word in virtualenv.why(tmp_path / "pip.log").chinese


@pytest.mark.parametrize(
    ("number", "word"), [(errno.EACCES, "权限"), (errno.EROFS, "权限"), (errno.ENOSPC, "磁盘"), (errno.EIO, "系统")]
)
def test_system_errors_are_said_in_words(number, word):
    assert word in errors.explain(OSError(number, "text", "/some/file")).chinese


def test_the_virtual_environment_follows_its_requirements(tmp_path):
    for name in ("requirements.txt", "requirements-dev.txt", "constraints.txt"):
        (tmp_path / name).write_text("x==1\n")
    venv = virtualenv.Virtualenv(tmp_path)
    assert not venv.is_current("run")
    venv.python.parent.mkdir(parents=True)
    venv.python.touch(mode=0o755)
    (venv.folder / ".lianjian-run").write_text(venv.fingerprint("run"))
    assert venv.is_current("run")
    assert not venv.is_current("dev")
    (tmp_path / "constraints.txt").write_text("x==2\n")
    assert not venv.is_current("run")


def test_deployment_secrets_fit_together_and_are_kept(tmp_path):
    folder = tmp_path / "secrets"
    made = []
    for _ in range(2):
        subprocess.run(["sh", DEPLOY / "make-secrets.sh", folder], check=True)
        made.append({file.name: file.read_text() for file in folder.iterdir()})
    assert made[0] == made[1]
    found = made[0]
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    assert environment.libpq_variables(found["database_url"])["PGPASSWORD"] == found["application_password"]
    assert environment.libpq_variables(found["database_owner_url"])["PGUSER"] == "lianjian_owner"
    assert len(base64.b64decode(found["field_encryption_key"])) == 32
    assert f"requirepass {found['redis_password']}\n" in found["redis_conf"]
