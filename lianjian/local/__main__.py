"""Entry point: `python3 lianjian/local <command>`."""

import importlib.util
import sys
from pathlib import Path

FOLDER = Path(__file__).resolve().parent


def load():
    """Import this folder as the package `lianjian_local`, whatever `sys.path` says.

    The interpreter put the folder itself on `sys.path`; our file names must not shadow anyone's modules.
    """
    sys.path[:] = [entry for entry in sys.path if Path(entry or ".").resolve() != FOLDER]
    spec = importlib.util.spec_from_file_location(
        "lianjian_local", FOLDER / "__init__.py", submodule_search_locations=[str(FOLDER)]
    )
    assert spec and spec.loader
    package = importlib.util.module_from_spec(spec)
    sys.modules["lianjian_local"] = package
    spec.loader.exec_module(package)
    return importlib.import_module("lianjian_local.cli")


if __name__ == "__main__":
    if sys.version_info < (3, 11):  # noqa: UP036 - an older interpreter may well be the one that runs this
        sys.stderr.write("需要 Python 3.11 或更高版本。\nPython 3.11 or newer is needed.\n")
        sys.exit(2)
    sys.exit(load().main(sys.argv[1:]))
