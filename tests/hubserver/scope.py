"""A ModelScope on this machine: its OpenAPI for lists and information, its API for files."""

from __future__ import annotations

from contextlib import AbstractContextManager
from typing import Any, Self

from tests.hubserver.answering import Answer, Asked, Server, as_json
from tests.hubserver.faults import Fault
from tests.hubserver.hub import Faults
from tests.hubserver.repositories import Repository


class ScopeServer(AbstractContextManager["ScopeServer"]):
    """`url` is what MODELSCOPE_ENDPOINT names."""

    def __init__(self) -> None:
        self.repositories: dict[str, Repository] = {}
        self.faults = Faults()
        self.server = Server(self._answer, self._fault)
        self.url = self.server.url

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.server.close()

    def add(self, repository: str, files: dict[str, bytes], **facts: Any) -> Repository:
        self.repositories[repository] = Repository(repository, files, **facts)
        return self.repositories[repository]

    def _fault(self, asked: Asked) -> Fault | None:
        named = asked.query.get("FilePath")
        return self.faults.next("content", named[0]) if named else self.faults.next("api", asked.path)

    def _answer(self, asked: Asked) -> Answer:
        if asked.path == "/openapi/v1/models":
            return self._list(asked)
        if asked.path.startswith("/openapi/v1/models/"):
            return self._info(asked.path.removeprefix("/openapi/v1/models/"))
        name, _, call = asked.path.removeprefix("/api/v1/models/").partition("/repo")
        repository = self.repositories.get(name)
        if repository is None:
            return _missing()
        revision = asked.query.get("Revision", ["master"])[0]
        if not repository.has(revision):
            return _missing(f"revision {revision} not exists")
        if call == "/files":
            return as_json({"Code": 200, "Data": repository.scope_files(), "Message": "success", "Success": True})
        return self._file(repository, asked)

    def _list(self, asked: Asked) -> Answer:
        query = asked.query
        task, search = query.get("filter.task", [""])[0], query.get("search", [""])[0].lower()
        rows = [one.scope_info() for one in self.repositories.values() if search in one.id.lower()]
        rows = [row for row in rows if not task or task in row["tasks"]]
        rows.sort(key=lambda row: row.get(query.get("sort", ["downloads"])[0]) or 0, reverse=True)
        number, size = int(query.get("page_number", ["1"])[0]), int(query.get("page_size", ["10"])[0])
        page = rows[(number - 1) * size : number * size]
        data = {"models": page, "total_count": len(rows), "page_number": number, "page_size": size}
        return as_json({"success": True, "request_id": "r", "data": data})

    def _info(self, name: str) -> Answer:
        repository = self.repositories.get(name)
        if repository is None:
            return _missing()
        readme = repository.files.get("README.md", b"").decode("utf-8", "replace")
        return as_json({"success": True, "request_id": "r", "data": repository.scope_info() | {"readme": readme}})

    def _file(self, repository: Repository, asked: Asked) -> Answer:
        path = asked.query.get("FilePath", [""])[0]
        if path not in repository.files:
            return _missing("the file is not found")
        if repository.gated and asked.headers.get("authorization") != "Bearer ms_good":
            return as_json({"Code": 10990101003, "Message": "no permission", "Success": False}, 403)
        headers = {"Content-Type": "application/octet-stream"}
        return Answer(200, headers, repository.files[path], ranges=True)


def _missing(said: str = "record not found") -> Answer:
    body = {"Code": 10010205001, "Message": said, "RequestId": "r", "Success": False, "success": False}
    return as_json(body, 404)
