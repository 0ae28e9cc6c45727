"""Packages of the operating system: the browser and the Chinese font that the page tests need."""

import os
import shutil
import subprocess

from .errors import LocalError
from .supervisor import Supervisor


def missing_for_browser() -> list[str]:
    """Names of the Debian packages the browser tests lack.

    Without a CJK font Chinese pages render blank while every assertion on text still passes.
    """
    missing = [] if shutil.which("chromium") else ["chromium"]
    try:
        command = ["fc-list", ":lang=zh-cn", "family"]
        fonts = subprocess.run(command, check=False, capture_output=True, text=True).stdout
    except OSError:
        fonts = ""
    return missing if "Noto Sans CJK" in fonts else [*missing, "fonts-noto-cjk"]


def ensure_browser(supervisor: Supervisor) -> None:
    """Install what `missing_for_browser` names. Raises LocalError where that is not possible."""
    if missing := missing_for_browser():
        install(supervisor, missing)


def install(supervisor: Supervisor, names: list[str]) -> None:
    """Install Debian packages as root; raises LocalError naming them for everybody else, or on failure."""
    wanted = " ".join(names)
    if os.geteuid() != 0 or not shutil.which("apt-get"):
        raise LocalError(
            f"缺少系统软件包：{wanted}。请由管理员安装，例如 apt-get install {wanted}，然后重试。",
            f"Missing system packages: {wanted}.",
        )
    print(f"正在安装系统软件包：{wanted} …", flush=True)
    log = supervisor.log("apt")
    env = os.environ | {"DEBIAN_FRONTEND": "noninteractive"}
    supervisor.run(["apt-get", "update", "-q"], env=env, log=log)
    if supervisor.run(["apt-get", "install", "-q", "-y", "--no-install-recommends", *names], env=env, log=log):
        raise LocalError(
            f"系统软件包安装失败：{wanted}。全部输出：{log}",
            f"Installing {wanted} failed.",
            supervisor.tail("apt", 4),
        )
