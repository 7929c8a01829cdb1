"""What the tests' hubs serve: repositories of files, as both hubs describe them."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

_LARGE = 10_000
_WEIGHTS = (".onnx", ".safetensors", ".gguf", ".bin", ".onnx_data", ".pt", ".h5")


def git_sha1(content: bytes) -> str:
    return hashlib.sha1(f"blob {len(content)}\0".encode() + content, usedforsecurity=False).hexdigest()


@dataclass
class Repository:
    """One model. `facts` are further fields of its JSON, `card` is the metadata of its README."""

    id: str
    files: dict[str, bytes]
    pipeline_tag: str = "text-classification"
    tags: tuple[str, ...] = ()
    downloads: int = 1000
    likes: int = 10
    modified: str = "2026-10-01T12:00:00.000Z"
    gated: str | bool = False
    private: bool = False
    library: str = "transformers"
    config: dict[str, Any] = field(default_factory=dict[str, Any])
    card: dict[str, Any] = field(default_factory=lambda: {"license": "apache-2.0", "language": ["en"]})
    facts: dict[str, Any] = field(default_factory=dict[str, Any])
    branches: tuple[str, ...] = ("main", "master")
    scope_tasks: tuple[str, ...] = ()
    """What ModelScope calls its tasks; empty when it uses the pipeline tag."""
    listed: dict[str, dict[str, Any]] = field(default_factory=dict[str, dict[str, Any]])
    """Facts of a file that the list of files states otherwise than they are, by path."""

    @property
    def commit(self) -> str:
        named = b"".join(name.encode() + content for name, content in sorted(self.files.items()))
        return hashlib.sha1(self.id.encode() + named, usedforsecurity=False).hexdigest()

    def has(self, revision: str) -> bool:
        return revision in (*self.branches, self.commit)

    def is_lfs(self, path: str) -> bool:
        return path.endswith(_WEIGHTS) or len(self.files[path]) > _LARGE

    def tree(self) -> list[dict[str, Any]]:
        rows: list[dict[str, Any]] = []
        folders = {str(parent) for path in self.files for parent in Path(path).parents if str(parent) not in (".", "/")}
        rows += [{"type": "directory", "oid": git_sha1(f.encode()), "size": 0, "path": f} for f in sorted(folders)]
        for path, content in sorted(self.files.items()):
            row: dict[str, Any] = {"type": "file", "oid": git_sha1(content), "size": len(content), "path": path}
            if self.is_lfs(path):
                sha256 = hashlib.sha256(content).hexdigest()
                row["lfs"] = {"oid": sha256, "size": len(content), "pointerSize": 134}
                row["oid"] = git_sha1(f"version https://git-lfs.github.com/spec/v1\noid sha256:{sha256}\n".encode())
            rows.append(row | self.listed.get(path, {}))
        return rows

    def info(self) -> dict[str, Any]:
        """Every field that can be asked for."""
        return {
            "_id": self.commit[:24],
            "id": self.id,
            "modelId": self.id,
            "author": self.id.rpartition("/")[0],
            "sha": self.commit,
            "lastModified": self.modified,
            "createdAt": "2025-01-01T00:00:00.000Z",
            "private": self.private,
            "gated": self.gated,
            "disabled": False,
            "downloads": self.downloads,
            "likes": self.likes,
            "library_name": self.library,
            "pipeline_tag": self.pipeline_tag,
            "tags": [self.library, self.pipeline_tag, *self.tags, *self._license_tag()],
            "cardData": self.card,
            "config": self.config,
            "siblings": [{"rfilename": path} for path in sorted(self.files)],
        } | self.facts

    def scope_info(self) -> dict[str, Any]:
        """As ModelScope's OpenAPI describes it."""
        return {
            "id": self.id,
            "display_name": self.id.rpartition("/")[2],
            "description": str(self.card.get("description", "")),
            "tasks": list(self.scope_tasks or (self.pipeline_tag,)),
            "tags": [self.library, *self.tags],
            "license": self.card.get("license", ""),
            "downloads": self.downloads,
            "likes": self.likes,
            "last_modified": self.modified,
            "created_at": "2025-01-01T00:00:00Z",
            "private": self.private,
            "gated": bool(self.gated),
        } | self.facts

    def scope_files(self) -> dict[str, Any]:
        rows = [
            {
                "Name": Path(path).name,
                "Path": path,
                "Size": len(content),
                "Sha256": hashlib.sha256(content).hexdigest(),
                "Type": "blob",
                "Revision": self.commit,
                "IsLFS": self.is_lfs(path),
                "CommittedDate": 1_750_000_000,
            }
            | self.listed.get(path, {})
            for path, content in sorted(self.files.items())
        ]
        folders = sorted({str(Path(path).parent) for path in self.files if "/" in path})
        trees = [
            {"Name": f, "Path": f, "Size": 0, "Sha256": "", "Type": "tree", "Revision": self.commit} for f in folders
        ]
        return {"Files": trees + rows, "LatestCommitter": {"Id": self.commit, "ShortId": self.commit[:8]}}

    def _license_tag(self) -> list[str]:
        said = self.card.get("license")
        return [f"license:{said}"] if isinstance(said, str) else []


def folder_files(folder: Path) -> dict[str, bytes]:
    """The files of a folder that a test made, by their paths in the repository."""
    return {p.relative_to(folder).as_posix(): p.read_bytes() for p in sorted(folder.rglob("*")) if p.is_file()}


def paged(rows: list[Any], query: Mapping[str, list[str]], largest: int) -> tuple[list[Any], int | None]:
    """One page of rows, and where the next one begins."""
    start = int(query.get("cursor", ["0"])[0])
    size = min(int(query.get("limit", [str(largest)])[0]), largest)
    return rows[start : start + size], start + size if start + size < len(rows) else None
