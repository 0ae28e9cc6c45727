"""The virtual environment `.venv`: made when missing, brought up to date when the requirements change."""

import hashlib
import os
import shutil
import subprocess
import sys
from pathlib import Path

from . import packages
from .errors import LocalError
from .supervisor import Supervisor

FILES = {"run": ["requirements.txt"], "dev": ["requirements-dev.txt", "requirements.txt"]}
REASONS = [
    (["No space left"], "磁盘空间不足，请清理后重试。", "Installing the requirements failed: the disk is full."),
    (
        ["onnection broken", "NewConnectionError", "onnection refused", "timed out", "Name or service", "unreachable"],
        "连不上软件包源，请检查网络或 pip 的设置后重试。",
        "Installing the requirements failed: no package server answers.",
    ),
    (
        ["No matching distribution", "from versions: none", "ERROR"],
        "软件包源里找不到所需版本，或网络不通；请检查 pip 的设置后重试。",
        "Installing the requirements failed: the package server lacks something, or cannot be reached.",
    ),
]


class Virtualenv:
    """`.venv` of a checkout."""

    def __init__(self, checkout: Path):
        self.checkout, self.folder = checkout, checkout / ".venv"
        self.python = self.folder / "bin" / "python"

    @property
    def packages(self) -> Path:
        """Its `site-packages`; raises LocalError where it is broken."""
        for folder in self.folder.glob("lib/python3*/site-packages"):
            return folder
        raise LocalError("虚拟环境 .venv 不完整，请删除该目录后重试。", "The virtual environment .venv is broken.")

    def fingerprint(self, kind: str) -> str:
        """Changes with the requirements, the pinned versions and the interpreter it was made with."""
        digest = hashlib.sha256(str(self.python.resolve()).encode())
        for name in [*FILES[kind], "constraints.txt"]:
            digest.update((self.checkout / name).read_bytes())
        return digest.hexdigest()

    def is_current(self, kind: str) -> bool:
        """True where this kind (run, dev) is installed as the files say."""
        try:
            stamp = self._stamp(kind).read_text()
        except FileNotFoundError:
            return False
        return stamp == self.fingerprint(kind) and os.access(self.python, os.X_OK)

    def ensure(self, supervisor: Supervisor, kind: str) -> None:
        """Make and fill it where needed. Raises LocalError with the reason pip gave."""
        if self.is_current(kind):
            return
        log = supervisor.log("pip")
        log.write_bytes(b"")
        if not self._works():
            self._create(supervisor, log)
        print("正在安装依赖（首次约需一分钟）…", flush=True)
        command = [str(self.python), "-m", "pip", "install", "--quiet", "--no-input", "--retries", "2"]
        command += ["--disable-pip-version-check", "-r", FILES[kind][0], "-c", "constraints.txt"]
        # A package server that stumbles once is common enough for a second try.
        if all(supervisor.run(command, env=dict(os.environ), log=log) for _ in range(2)):
            raise why(log)
        for done in ("run", kind):
            self._stamp(done).write_text(self.fingerprint(done))

    def _create(self, supervisor: Supervisor, log: Path) -> None:
        try:
            import ensurepip  # noqa: F401, PLC0415
        except ImportError:  # Debian ships it apart
            packages.install(supervisor, ["python3-venv"])
        if self.folder.exists():
            shutil.rmtree(self.folder)
        if supervisor.run([sys.executable, "-m", "venv", str(self.folder)], env=dict(os.environ), log=log):
            raise why(log)

    def _works(self) -> bool:
        try:
            done = subprocess.run([self.python, "-c", "import pip"], check=False, capture_output=True)
        except OSError:
            return False
        return done.returncode == 0

    def _stamp(self, kind: str) -> Path:
        return self.folder / f".lianjian-{kind}"


def why(log: Path) -> LocalError:
    """What went wrong, from pip's output: where no server answers pip speaks of conflicting versions, too."""
    lines = [line.strip() for line in log.read_text(encoding="utf-8", errors="replace").splitlines() if line.strip()]
    for words, chinese, english in REASONS:
        if telling := [line for line in lines if any(word in line for word in words)]:
            return LocalError(f"依赖安装失败：{chinese}全部输出：{log}", english, f"    {telling[-1][:200]}")
    return LocalError(
        f"依赖安装失败。全部输出：{log}", "Installing failed.", "\n".join(f"    {x[:200]}" for x in lines[-2:])
    )
