"""What is said to the person at the keyboard when something cannot be done."""

import errno


class LocalError(Exception):
    """A failure with a sentence for the user: Chinese first, optionally the same in English, then details."""

    def __init__(self, chinese: str, english: str = "", details: str = ""):
        super().__init__(chinese)
        self.chinese, self.english, self.details = chinese, english, details

    def __str__(self) -> str:
        return "\n".join(part for part in (self.chinese, self.english, self.details) if part)


class Stopped(BaseException):
    """A signal asked us to stop; a BaseException so that no `except Exception` swallows it."""

    def __init__(self, signum: int):
        super().__init__(signum)
        self.signum = signum


def explain(error: OSError) -> LocalError:
    """Turn an operating system error into a sentence that says what to do."""
    where = error.filename or ""
    if error.errno in (errno.EACCES, errno.EPERM, errno.EROFS):
        return LocalError(
            f"没有写入或访问权限：{where or error.strerror}。请用有权限的用户运行，或把代码放到可写的目录。",
            f"No permission for {where or error.strerror}: use a writable checkout.",
        )
    if error.errno in (errno.ENOSPC, errno.EDQUOT):
        return LocalError(f"磁盘空间不足：{where or '当前目录'}。请清理后重试。", "No space left on the disk.")
    return LocalError(f"系统拒绝了一项操作：{error.strerror}（{where}）。", f"The system refused: {error}")
