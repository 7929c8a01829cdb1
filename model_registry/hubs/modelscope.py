"""Cards of models on ModelScope, through its HTTP API (`MODELSCOPE_ENDPOINT`): lists and information from its OpenAPI,
files and their hashes from the API that its own client uses. There is no client of it that is small and permissive.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from typing import Any
from urllib.parse import quote

from jarvis.errors import ModelError
from jarvis.model_registry.card import ModelCard, RepositoryFile, Source
from jarvis.model_registry.hubs.asked import AskedHub
from jarvis.model_registry.hubs.asking import RefusedError, parsed
from jarvis.model_registry.hubs.layouts import estimated, layout_of
from jarvis.model_registry.hubs.names import card_id, is_repository
from jarvis.model_registry.hubs.protocol import GatedError, NoSuchModelError
from jarvis.model_registry.hubs.tasks import modelscope_names, tasks_of_modelscope
from jarvis.model_registry.hubs.texts import day, first_words, mapping, several, whole, words
from jarvis.model_registry.terms import spdx_of
from jarvis.transport.failures import TransportError

ENDPOINT = "https://www.modelscope.cn"
TOKEN = "MODELSCOPE_API_TOKEN"  # noqa: S105 - the variable's name
_PAGE = 50
_MOST_FILES = 20_000
_CONFIG = 2 * 2**20


class ModelScope(AskedHub):
    """ModelScope, or a server that speaks as it does."""

    source: Source = "modelscope"
    home = ENDPOINT
    endpoint_variable = "MODELSCOPE_ENDPOINT"
    token_variable = TOKEN

    def listed(self, task: str, *, since: date | None = None, limit: int = 1000) -> Iterator[ModelCard]:
        """See Hub."""
        given: set[str] = set()
        for name in modelscope_names(task):
            for row in self._rows(name, "last_modified" if since else "downloads"):
                card = self._listed_card(row)
                if since and card is not None and card.updated is not None and card.updated < since:
                    break
                if card is None or task not in card.tasks or card.id in given:
                    continue
                yield card
                given.add(card.id)
                if len(given) >= limit:
                    return

    def card(self, repository: str, revision: str = "") -> ModelCard:
        """See Hub."""
        try:
            info = self._data(f"/openapi/v1/models/{repository}", {}, "data")
            params = {"Revision": revision or "master", "Recursive": True}
            tree = self._data(f"/api/v1/models/{repository}/repo/files", params, "Data")
            files = _files(tree)
            commit = words(mapping(tree.get("LatestCommitter")).get("Id"), 64) or revision or "master"
            config = self._config(repository, commit, files)
        except RefusedError as error:
            raise self._told(error, repository) from error
        return _card({**info, "id": repository}, files, commit, config)

    def url(self, card: ModelCard, file: RepositoryFile) -> str:
        """See Hub."""
        return self._file_url(card.repository, card.revision, file.path)

    def _file_url(self, repository: str, revision: str, path: str) -> str:
        asked = f"Revision={quote(revision, safe='')}&FilePath={quote(path, safe='')}"
        return f"{self.asker.endpoint}/api/v1/models/{repository}/repo?{asked}"

    def _listed_card(self, row: object) -> ModelCard | None:
        known = mapping(row)
        if not is_repository(words(known.get("id"), 200)):
            return None
        return estimated(_card(known, [], "", {}))

    def _rows(self, task: str, order: str) -> Iterator[object]:
        page, seen = 1, 0
        while True:
            asked = {"filter.task": task, "sort": order, "page_number": page, "page_size": _PAGE}
            found = self._data("/openapi/v1/models", asked, "data")
            rows = found.get("models")
            if not isinstance(rows, list):
                raise _not_documented(self.asker.host)
            yield from rows
            seen += len(rows)
            if not rows or seen >= (whole(found.get("total_count")) or 0):
                return
            page += 1

    def _config(self, repository: str, commit: str, files: Iterable[RepositoryFile]) -> Mapping[str, Any]:
        listed = next((file for file in files if file.path == "config.json"), None)
        if listed is None or listed.bytes > _CONFIG:
            return {}
        reply = self.asker.ask(self._file_url(repository, commit, "config.json"), most=_CONFIG)
        try:
            return mapping(reply.json())
        except (ValueError, RecursionError):  # the handler will say what is wrong with it
            return {}

    def _data(self, path: str, params: Mapping[str, Any], name: str) -> Mapping[str, Any]:
        answer = mapping(parsed(self.asker.ask(path, params), self.asker.host))
        if answer.get("success", answer.get("Success")) is False:
            status = whole(answer.get("Code")) or 404
            raise RefusedError(words(answer.get("Message"), 120) or "it says no", status=status)
        data = answer.get(name)
        if not isinstance(data, dict):
            raise _not_documented(self.asker.host)
        return data

    def _told(self, error: RefusedError, repository: str) -> Exception:
        page = f"{self.asker.endpoint}/models/{repository}"
        if error.status in (401, 403):
            then = "with the account of your token" if self._has_key else f"then put your token into {TOKEN}"
            return GatedError(f"{repository} is not open to all: ask for access at {page}, {then}")
        if error.status in (400, 404, 10010205001):
            return NoSuchModelError(f"{self.asker.host} has no model {repository!r} at this revision")
        return error


def _files(tree: Mapping[str, Any]) -> list[RepositoryFile]:
    rows = tree.get("Files")
    if not isinstance(rows, list) or len(rows) > _MOST_FILES:
        raise ModelError(f"the list of files is none, or has more than {_MOST_FILES}; nothing was fetched")
    return [
        RepositoryFile(
            path=str(row["Path"]), bytes=whole(row.get("Size")) or 0, sha256=words(row.get("Sha256"), 64).lower()
        )
        for row in map(mapping, rows)
        if row.get("Type") != "tree" and isinstance(row.get("Path"), str)
    ]


def _card(info: Mapping[str, Any], files: list[RepositoryFile], commit: str, config: Mapping[str, Any]) -> ModelCard:
    repository = words(info.get("id"), 200)
    tags = several(info.get("tags"))
    layout = layout_of(files, config, tags=tags)
    said = first_words(str(info.get("readme") or "")) or words(info.get("description"), 400)
    bases = [tag.partition(":")[2] for tag in tags if tag.lower().startswith(("base_model:", "base-model:"))]
    return ModelCard(
        id=card_id("modelscope", repository),
        name=words(info.get("display_name"), 100) or repository,
        tasks=tasks_of_modelscope(several(info.get("tasks"))),
        handler="",
        license=spdx_of(words(info.get("license"), 60)),
        quality=0.5,
        quality_source="not measured",
        source="modelscope",
        repository=repository,
        revision=commit,
        variants=layout.variants,
        parameter_count=whole(info.get("params")),
        downloads=whole(info.get("downloads")),
        likes=whole(info.get("likes")),
        updated=day(info.get("last_modified")),
        gated=info.get("gated") is True,
        library=next((tag for tag in tags if tag in ("transformers", "diffusers", "onnx", "gguf")), ""),
        architecture=words(config.get("model_type"), 40),
        base_model=next(iter(bases), ""),
        tags=tags,
        description=said,
        warnings=layout.warnings if files else (),
    )


def _not_documented(host: str) -> TransportError:
    return TransportError(f"{host} answers otherwise than ModelScope's API does; is MODELSCOPE_ENDPOINT right?")
