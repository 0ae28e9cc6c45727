"""Where the private servers keep their data and binaries, and under which user they run.

PostgreSQL refuses to run as root. As root, the servers therefore run as `nobody`, who must be able to reach data and
binaries; where the checkout lies under a closed folder such as /root, both go to /var/lib/lianjian instead.
"""

import contextlib
import fcntl
import hashlib
import os
import pwd
import secrets
import shutil
import subprocess
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from .errors import LocalError
from .processes import Account

OUTSIDE = Path("/var/lib/lianjian")


@dataclass(frozen=True)
class Home:
    """A data folder and the account that owns what lies inside."""

    folder: Path
    account: Account | None

    def subfolder(self, name: str) -> Path:
        """A folder in it that the servers' account owns alone."""
        folder = self.folder / name
        folder.mkdir(mode=0o700, exist_ok=True)
        if self.account:
            os.chown(folder, self.account.uid, self.account.gid)
        return folder

    def reachable(self, program: Path, *beside: Path) -> Path:
        """`program`, or a copy of it (and of the folders `beside`, which it needs) where our account cannot run it.

        `beside` folders are copied with their names; `program` lies in the first of them, if any is given.
        """
        if self.account is None or _can(self.account, "-x", program):
            return program
        sources = beside or (program,)
        key = hashlib.sha256(f"{program}{program.stat().st_mtime_ns}".encode()).hexdigest()[:12]
        copy = self.folder / "programs" / key
        if not copy.exists():
            draft = copy.with_suffix(".new")
            shutil.rmtree(draft, ignore_errors=True)
            draft.mkdir(parents=True)
            for source in sources:
                target = draft / source.name
                shutil.copytree(source, target, symlinks=True) if source.is_dir() else shutil.copy2(source, target)
            _open_up(draft)
            (self.folder / "programs").chmod(0o755)
            draft.rename(copy)
        return copy / program.relative_to(sources[0].parent)


def servers_account() -> Account | None:
    """`nobody` when we are root, else None: ourselves."""
    if os.geteuid() != 0:
        return None
    try:
        entry = pwd.getpwnam("nobody")
    except KeyError:
        return Account(65534, 65534)
    return Account(entry.pw_uid, entry.pw_gid)


def lasting(var: Path) -> Home:
    """The home of `make run`, the same at every start. Raises OSError where nothing can be written."""
    account = servers_account()
    if account is None or _can(account, "-x", var):
        return Home(_open_folder(var / "local"), account)
    pointer = var / "home"  # a name of its own: a later checkout at the same path must not find old data
    if not pointer.exists():
        pointer.write_text(str(OUTSIDE / secrets.token_hex(6)))
    OUTSIDE.mkdir(parents=True, exist_ok=True)
    _open_folder(OUTSIDE)
    return Home(_open_folder(Path(pointer.read_text().strip())), account)


def temporary(var: Path) -> Home:
    """A fresh home for one run of the tests; those of runs that were cut off are removed first."""
    account = servers_account()
    near = _open_folder(var / "test")
    place = near if account is None or _can(account, "-x", near) else Path("/var/tmp")
    prefix = f"lianjian-{hashlib.sha256(str(var).encode()).hexdigest()[:8]}-"
    for old in place.glob(prefix + "*"):
        with contextlib.suppress(LocalError, OSError), locked(old / "lock"):
            shutil.rmtree(old)
    return Home(_open_folder(Path(tempfile.mkdtemp(prefix=prefix, dir=place))), account)


def open_var(checkout: Path) -> Path:
    """The folder `var` of a checkout, made where missing. Raises OSError where nothing can be written."""
    var = _open_folder(checkout / "var")
    (var / "static").mkdir(exist_ok=True)  # WhiteNoise warns at every start where STATIC_ROOT is missing
    return var


@contextlib.contextmanager
def locked(path: Path, busy: str = "", *, wait: bool = False) -> Iterator[int]:
    """Hold a lock file and give its descriptor.

    Raises LocalError(busy) where a living process holds it, unless told to wait. Where the holder has just been killed
    its watchdog still holds the lock while it cleans up: that is waited for.
    """
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
    deadline = time.monotonic() + 20
    try:
        while True:
            try:
                fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
                break
            except BlockingIOError:
                if not wait and (_alive(path) or time.monotonic() > deadline):
                    raise LocalError(busy) from None
                time.sleep(0.1)
        path.write_text(str(os.getpid()))
        yield descriptor
    finally:
        os.close(descriptor)


def _alive(path: Path) -> bool:
    """True where the process whose number the file holds is running."""
    try:
        return Path(f"/proc/{int(path.read_text())}/stat").read_text().rpartition(")")[2].split()[0] not in "ZX"
    except (OSError, ValueError):
        return False


def _can(account: Account, what: str, path: Path) -> bool:
    """Ask the system itself, as that user: permissions, access lists and mount options all count."""
    command = ["/usr/bin/test", what, str(path)]
    try:
        done = subprocess.run(command, check=False, cwd="/", **account.popen_arguments())  # type: ignore[call-overload]
    except OSError as error:
        raise LocalError(
            f"以 root 运行时需要切换到普通用户，但系统不允许（{error.strerror}）。请改用普通用户运行。",
            "Running as root, we must be allowed to switch to an ordinary user; run as one instead.",
        ) from None
    return done.returncode == 0


def _open_folder(folder: Path) -> Path:
    """A folder others may pass through but not list, whatever the umask; what lies in it has its own permissions."""
    if not folder.is_dir():
        folder.mkdir()
    if folder.stat().st_uid == os.geteuid():
        folder.chmod(0o711)
    return folder


def _open_up(folder: Path) -> None:
    """Let everybody read and enter: a strict umask may have closed the originals."""
    for path in [folder, *folder.rglob("*")]:
        if not path.is_symlink():
            path.chmod(0o755 if path.is_dir() or os.access(path, os.X_OK) and path.stat().st_mode & 0o111 else 0o644)
