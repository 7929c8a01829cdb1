"""A Hugging Face Hub on this machine, as its API is documented: lists, trees, files behind a second server."""

from __future__ import annotations

import hashlib
from contextlib import AbstractContextManager
from typing import Any, Literal, Self
from urllib.parse import parse_qsl, quote, urlencode, urlsplit

from tests.hubserver.answering import Answer, Asked, Server, as_json
from tests.hubserver.faults import Fault, Planned
from tests.hubserver.repositories import Repository, git_sha1, paged

Where = Literal["content", "resolve", "api"]
_ALWAYS = ("_id", "id", "modelId")
_PLAIN = ("likes", "downloads", "private", "tags", "pipeline_tag", "library_name", "createdAt")
_FULL = (*_PLAIN, "author", "sha", "lastModified", "gated", "disabled", "siblings", "cardData", "config")
_LARGEST_PAGE = 1000
_SORTS = {"downloads", "likes", "lastModified", "createdAt", "trendingScore"}


class Faults:
    """Which answers are spoiled: those for the bytes of a file (`content`), those that lead to them (`resolve`), and
    those in JSON (`api`); by the end of their path.
    """

    def __init__(self) -> None:
        self._planned: dict[tuple[str, str], list[Planned]] = {}

    def add(self, path: str, *faults: Fault, times: int | None = 1, at: Where = "content") -> None:
        self._planned.setdefault((at, path), []).extend(Planned(fault, times) for fault in faults)

    def clear(self) -> None:
        self._planned.clear()

    def next(self, at: Where, path: str) -> Fault | None:
        for (where, end), planned in self._planned.items():
            while where == at and path.endswith(end) and planned:
                if planned[0].left == 0:
                    planned.pop(0)
                    continue
                if planned[0].left is not None:
                    planned[0].left -= 1
                return planned[0].fault
        return None


class HubServer(AbstractContextManager["HubServer"]):
    """`url` is what HF_ENDPOINT names; large files lie at `cdn.url`, which takes signed URLs and no tokens."""

    def __init__(self, page: int = _LARGEST_PAGE) -> None:
        self.repositories: dict[str, Repository] = {}
        self.renamed: dict[str, str] = {}
        self.tokens = {"hf_good", "hf_stranger"}
        self.granted: set[str] = {"hf_good"}
        self.faults = Faults()
        self._page = page
        self.hub = Server(self._answer, self._fault)
        self.cdn = Server(self._stored, self._cdn_fault)
        self.url = self.hub.url

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.hub.close()
        self.cdn.close()

    @property
    def asked(self) -> list[Asked]:
        return [*self.hub.asked, *self.cdn.asked]

    def add(self, repository: str, files: dict[str, bytes], **facts: Any) -> Repository:
        self.repositories[repository] = Repository(repository, files, **facts)
        return self.repositories[repository]

    # The API.

    def _answer(self, asked: Asked) -> Answer:
        token = asked.headers.get("authorization", "").removeprefix("Bearer ")
        if token and token not in self.tokens:
            said = "Invalid credentials in Authorization header"
            return as_json({"error": said}, 401, X_Error_Message=said)
        if asked.path == "/api/models":
            return self._list(asked)
        if asked.path.startswith("/api/resolve-cache/models/"):
            return self._cached(asked)
        if asked.path.startswith("/api/models/"):
            return self._about(asked, token)
        return self._resolve(asked, token)

    def _list(self, asked: Asked) -> Answer:
        query = asked.query
        rows = [one.info() for one in self.repositories.values() if not one.private and _passes(one, query)]
        sort = query.get("sort", ["trendingScore"])[0]
        if sort not in _SORTS:
            return as_json({"error": "Invalid sort parameter"}, 400)
        rows.sort(key=lambda row: _order(row.get(sort)), reverse=True)
        page, following = paged(rows, query, self._page)
        headers: dict[str, str] = {}
        if following is not None:
            pairs = [(k, v) for k, v in parse_qsl(urlsplit(asked.url).query) if k != "cursor"]
            url = f"{self.url}/api/models?{urlencode([*pairs, ('cursor', str(following))])}"
            headers["Link"] = f'<{url}>; rel="next"'
        return as_json([_fields(row, query, _PLAIN) for row in page], 200, **headers)

    def _about(self, asked: Asked, token: str) -> Answer:
        rest = asked.path.removeprefix("/api/models/")
        name, kind, revision = _split(rest, ("revision", "tree"))
        if name in self.renamed:
            moved = asked.url.replace(quote(name), quote(self.renamed[name]), 1)
            return Answer(307, {"Location": moved})
        repository, refused = self._seen(name, token)
        if repository is None:
            return refused
        if revision and not repository.has(revision):
            return as_json({"error": f"Invalid rev id: {revision}"}, 404, X_Error_Code="RevisionNotFound")
        if kind == "tree":
            return self._tree(repository, asked)
        return as_json(_fields(repository.info(), asked.query, _FULL))

    def _tree(self, repository: Repository, asked: Asked) -> Answer:
        recursive = asked.query.get("recursive", ["false"])[0].lower() == "true"
        rows = [row for row in repository.tree() if recursive or "/" not in row["path"]]
        page, following = paged(rows, asked.query, self._page)
        headers: dict[str, str] = {}
        if following is not None:
            path = quote(asked.path)
            headers["Link"] = f'<{self.url}{path}?recursive=true&cursor={following}>; rel="next"'
        return as_json(page, 200, **headers)

    def _resolve(self, asked: Asked, token: str) -> Answer:
        name, _, rest = _split(asked.path.lstrip("/"), ("resolve",))
        repository, refused = self._seen(name, token)
        if repository is None:
            return refused
        revision, _, path = rest.partition("/")
        if not repository.has(revision):
            return as_json({"error": "Invalid rev id"}, 404, X_Error_Code="RevisionNotFound")
        if path not in repository.files:
            return as_json({"error": "Entry not found"}, 404, X_Error_Code="EntryNotFound")
        if repository.gated and token not in self.granted:
            said = f"Access to model {name} is restricted."
            return as_json({"error": said}, 403 if token else 401, X_Error_Code="GatedRepo", X_Error_Message=said)
        content = repository.files[path]
        headers = {"X-Repo-Commit": repository.commit, "ETag": f'"{git_sha1(content)}"'}
        if not repository.is_lfs(path):
            headers["Location"] = f"/api/resolve-cache/models/{quote(name)}/{repository.commit}/{quote(path)}"
            return Answer(307, headers)
        sha256 = hashlib.sha256(content).hexdigest()
        headers |= {"X-Linked-Etag": f'"{sha256}"', "X-Linked-Size": str(len(content))}
        headers["Location"] = f"{self.cdn.url}/repos/{quote(name)}/{sha256}/{quote(path)}?Signature=abc&Expires=9"
        return Answer(302, headers)

    def _cached(self, asked: Asked) -> Answer:
        owner, name, commit, path = asked.path.removeprefix("/api/resolve-cache/models/").split("/", 3)
        repository = self.repositories[f"{owner}/{name}"]
        content = repository.files[path]
        headers = {"X-Repo-Commit": commit, "ETag": f'"{git_sha1(content)}"', "Content-Type": "text/plain"}
        return Answer(200, headers, content, ranges=True)

    def _seen(self, name: str, token: str) -> tuple[Repository | None, Answer]:
        """The repository if this token may see it; unknown and private ones look the same to strangers."""
        repository = self.repositories.get(name)
        if repository is None or (repository.private and token not in self.granted):
            said = "Repository not found" if token else "Invalid username or password."
            return None, as_json(
                {"error": said}, 404 if token else 401, X_Error_Code="RepoNotFound", X_Error_Message=said
            )
        return repository, Answer()

    # The second server.

    def _stored(self, asked: Asked) -> Answer:
        if "authorization" in asked.headers:
            return Answer(400, {}, b"<Error><Code>InvalidArgument</Code>Only one auth mechanism allowed</Error>")
        if asked.query.get("Signature") != ["abc"]:
            return Answer(403, {}, b"<Error><Code>AccessDenied</Code></Error>")
        owner, name, sha256, path = asked.path.removeprefix("/repos/").split("/", 3)
        content = self.repositories[f"{owner}/{name}"].files[path]
        return Answer(200, {"ETag": f'"{sha256}"', "Content-Type": "application/octet-stream"}, content, ranges=True)

    def _cdn_fault(self, asked: Asked) -> Fault | None:
        return self.faults.next("content", asked.path)

    def _fault(self, asked: Asked) -> Fault | None:
        if asked.path.startswith("/api/resolve-cache/"):
            return self.faults.next("content", asked.path)
        return self.faults.next("api" if asked.path.startswith("/api/") else "resolve", asked.path)


def _order(value: Any) -> tuple[bool, Any]:
    fine = isinstance(value, int | str) and not isinstance(value, bool)
    return isinstance(value, str), value if fine else 0


def _passes(one: Repository, query: dict[str, list[str]]) -> bool:
    info = one.info()
    filters = [word for value in query.get("filter", []) for word in value.split(",") if word]
    return (
        all(word in info["tags"] for word in filters)
        and query.get("pipeline_tag", [one.pipeline_tag])[0] == one.pipeline_tag
        and query.get("search", [""])[0].lower() in one.id.lower()
        and query.get("author", [info["author"]])[0] == info["author"]
        and ("gated" not in query or (query["gated"][0].lower() == "true") == bool(one.gated))
    )


def _fields(info: dict[str, Any], query: dict[str, list[str]], plain: tuple[str, ...]) -> dict[str, Any]:
    wanted = query.get("expand") or (_FULL if query.get("full", [""])[0].lower() == "true" else plain)
    return {name: value for name, value in info.items() if name in (*_ALWAYS, *wanted)}


def _split(path: str, kinds: tuple[str, ...]) -> tuple[str, str, str]:
    """`owner/name/tree/main` into its parts."""
    parts = path.split("/")
    for place, part in enumerate(parts):
        if part in kinds and place in (1, 2):
            return "/".join(parts[:place]), part, "/".join(parts[place + 1 :])
    return path, "", ""
