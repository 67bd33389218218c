"""A Home Assistant of a test's own: built once, then started with an empty configuration on a free loopback port, to
which a test may add."""

from __future__ import annotations

import contextlib
import os
import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tests/clients"))

from installed import cache  # noqa: E402
from server import free_port  # noqa: E402

#: Seconds that building one may take.
PATIENCE_TO_BUILD = 1500


def scripts() -> Path | None:
    """The scripts that make a Home Assistant."""
    for given in (os.environ.get("HEARTH_ORACLE"), ROOT.parent / "shared/home-assistant"):
        if given and (Path(given) / "setup.sh").exists():
            return Path(given)
    return None


def root_file_system(folder: Path) -> Path:
    """Where the root of ours goes. One that another checkout has set up is taken over by hard links, without its state:
    Home Assistant is installed in it once, and its configuration is written anew at each start."""
    root = folder / "root"
    known = Path.home() / ".cache/ha-oracle/root"
    if not root.exists() and any((known / "etc/oracle").glob("ha-*.done")):
        unfinished = folder / "unfinished"
        shutil.rmtree(unfinished, ignore_errors=True)
        # Across file systems there are no hard links: then it is built.
        if subprocess.run(["cp", "-al", known, unfinished], stderr=subprocess.DEVNULL).returncode == 0:
            shutil.rmtree(unfinished / "srv/ha/config", ignore_errors=True)
            unfinished.rename(root)
        else:
            shutil.rmtree(unfinished, ignore_errors=True)
    return root


def furnished(folder: Path, base: Path, more: Path | None) -> Path:
    """The scripts, once the configuration folder is empty but for what `more` holds: a `configuration.yaml` that is put
    behind theirs, in a copy of them, because each start writes it anew; and custom components."""
    configuration = base / "root/srv/ha/config"
    shutil.rmtree(configuration, ignore_errors=True)
    configuration.mkdir(parents=True)
    for made in ("token", "token-user", "owner.json"):
        (base / "run" / made).unlink(missing_ok=True)
    if more is None:
        return folder
    copy = base / "scripts"
    shutil.rmtree(copy, ignore_errors=True)
    shutil.copytree(folder, copy)
    written = copy / "config/configuration.yaml"
    text = written.read_text()
    written.unlink()  # It may not be writable.
    written.write_text(f"{text}\n{(more / 'configuration.yaml').read_text()}")
    shutil.copytree(more / "custom_components", configuration / "custom_components")
    return copy


@contextlib.contextmanager
def home_assistant(folder: Path, more: Path | None = None):
    """A Home Assistant made by these scripts: where it listens, and an administrator's token. `more` is a folder with
    what is added to its configuration."""
    base = cache() / "home-assistant"
    base.mkdir(parents=True, exist_ok=True)
    port = free_port()
    surroundings = os.environ | {
        "ORACLE_ROOT": str(root_file_system(base)),
        "ORACLE_RUN": str(base / "run"),
        "ORACLE_HOST": "127.0.0.1",
        "ORACLE_PORT": str(port),
    }

    def step(*command: str, of: Path = folder) -> None:
        print("#", *command, flush=True)
        subprocess.run(
            [str(of / command[0]), *command[1:]], env=surroundings, check=True, timeout=PATIENCE_TO_BUILD,
            stdin=subprocess.DEVNULL,
        )

    step("stop.sh")  # What an earlier run may have left when it was killed.
    step("setup.sh")
    try:
        made = furnished(folder, base, more)
        step("start.sh", of=made)
        step("provision.py", of=made)
        yield f"http://127.0.0.1:{port}", (base / "run/token").read_text().strip()
    finally:
        step("stop.sh")
