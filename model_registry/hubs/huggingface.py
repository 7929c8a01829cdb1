"""Cards of models on the Hugging Face Hub, through its documented API (`HF_ENDPOINT`)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date
from typing import TYPE_CHECKING, Any
from urllib.parse import quote, urlsplit

from jarvis.errors import ModelError
from jarvis.model_registry.card import Evaluation, HubModel, ModelCard, RepositoryFile, Source
from jarvis.model_registry.hubs.asked import AskedHub
from jarvis.model_registry.hubs.asking import RefusedError, parsed
from jarvis.model_registry.hubs.layouts import estimated, layout_of
from jarvis.model_registry.hubs.names import is_repository
from jarvis.model_registry.hubs.protocol import GatedError, NoSuchModelError
from jarvis.model_registry.hubs.tasks import search_for, tasks_of
from jarvis.model_registry.hubs.texts import day, first_words, mapping, number, several, whole, words
from jarvis.model_registry.terms import spdx_of
from jarvis.transport.failures import TransportError

if TYPE_CHECKING:
    from huggingface_hub.hf_api import ModelInfo, RepoFile

ENDPOINT = "https://huggingface.co"
TOKEN = "HF_TOKEN"  # noqa: S105 - the variable's name
_EXPAND = (
    "cardData", "config", "downloads", "gated", "gguf", "inferenceProviderMapping", "lastModified", "library_name",
    "likes", "pipeline_tag", "safetensors", "sha", "siblings", "tags",
)  # fmt: skip
_PAGE = 200
_MOST_FILES = 20_000
_README = 400_000
_LEAST_DOWNLOADS = 50
"""Thousands of models are put up every day; of the new ones, a later sync takes those that somebody uses."""
_LANGUAGE_ALIASES = {"multilingual": "*", "code": ""}


class HuggingFace(AskedHub):
    """The Hub, or a server that speaks as it does."""

    source: Source = "huggingface"
    home = ENDPOINT
    endpoint_variable = "HF_ENDPOINT"
    token_variable = TOKEN

    def listed(self, task: str, *, since: date | None = None, limit: int = 1000) -> Iterator[ModelCard]:
        """See Hub."""
        search = search_for(task)
        if search is None:
            return
        asked: dict[str, Any] = {
            "pipeline_tag": search.pipeline_tag,
            "filter": [search.filter] if search.filter else [],
            "sort": "lastModified" if since else "downloads",
            "direction": -1,
            "limit": min(_PAGE, limit),
            "expand": _EXPAND,
        }
        given = 0
        for row in self._pages("/api/models", asked):
            card = self._listed_card(row)
            if since and card is not None and card.updated is not None and card.updated < since:
                return
            if card is None or not card.tasks or (since and (card.downloads or 0) < _LEAST_DOWNLOADS):
                continue
            yield card
            given += 1
            if given >= limit:
                return

    def card(self, repository: str, revision: str = "") -> ModelCard:
        """See Hub."""
        at = f"/revision/{quote(revision, safe='')}" if revision else ""
        try:
            answer = self.asker.ask(f"/api/models/{repository}{at}", {"expand": _EXPAND})
            info = _info(parsed(answer, self.asker.host), self.asker.host)
            commit = words(info.sha, 64) or revision or "main"
            files = self._tree(info.id, commit)
            readme = self._readme(info.id, commit) if any(file.path == "README.md" for file in files) else ""
        except RefusedError as error:
            raise self._told(error, repository, revision) from error
        if not is_repository(info.id):
            raise ModelError(f"{self.asker.host} gives {repository} another name, which is none; nothing was fetched")
        return _card(info, files, commit, first_words(readme))

    def url(self, card: ModelCard, file: RepositoryFile) -> str:
        """See Hub."""
        return f"{self.asker.endpoint}/{card.repository}/resolve/{quote(card.revision, safe='')}/{quote(file.path)}"

    def _listed_card(self, row: object) -> ModelCard | None:
        info = _info(row, self.asker.host)
        if not is_repository(info.id):
            return None
        files = [RepositoryFile(path=sibling.rfilename, bytes=0) for sibling in (info.siblings or [])[:_MOST_FILES]]
        return estimated(_card(info, files, words(info.sha, 64), ""))

    def _tree(self, repository: str, commit: str) -> list[RepositoryFile]:
        found: list[RepositoryFile] = []
        path = f"/api/models/{repository}/tree/{quote(commit, safe='')}"
        for row in self._pages(path, {"recursive": True, "expand": False}):
            if not isinstance(row, dict) or row.get("type") != "file":
                continue
            found.append(_file(row, self.asker.host))
            if len(found) > _MOST_FILES:
                raise ModelError(f"{repository} has more than {_MOST_FILES} files; it is none that is pulled from here")
        return found

    def _readme(self, repository: str, commit: str) -> str:
        try:
            reply = self.asker.ask(f"/{repository}/resolve/{quote(commit, safe='')}/README.md", most=_README)
        except (RefusedError, TransportError):  # gated, or very long: the card goes without its words
            return ""
        return reply.body.decode("utf-8", "replace")

    def _pages(self, path: str, params: Mapping[str, Any]) -> Iterator[object]:
        reply = self.asker.ask(path, params)
        while True:
            rows = parsed(reply, self.asker.host)
            if not isinstance(rows, list):
                raise _not_documented(self.asker.host)
            yield from rows
            following = _next(reply.headers.get("link", ""))
            if not following or not rows:
                return
            if _origin(following) != _origin(self.asker.endpoint):
                raise TransportError(f"{self.asker.host} leads to another server for its next page; it is not asked")
            reply = self.asker.ask(following)

    def _told(self, error: RefusedError, repository: str, revision: str) -> Exception:
        page = f"{self.asker.endpoint}/{repository}"
        if error.code == "RevisionNotFound":
            return NoSuchModelError(f"{repository} has no revision {revision!r}; see {page}/tree/main for what it has")
        if error.code == "GatedRepo" or error.status == 403:
            return gated(repository, page, has_key=self._has_key)
        if error.status == 401 and self._has_key and error.code != "RepoNotFound":
            return GatedError(f"{self.asker.host} does not take the token in {TOKEN}; make a new one and set it")
        if error.status in (401, 404):
            hint = "" if self._has_key else f"; a private one needs your token in {TOKEN}"
            return NoSuchModelError(f"{self.asker.host} has no model {repository!r}{hint}")
        return error


def gated(repository: str, page: str, *, has_key: bool) -> GatedError:
    """Says how to get access to a model whose owner grants it."""
    then = "with the account of your token" if has_key else f"then put your token into {TOKEN}"
    return GatedError(f"{repository} is gated: its owner grants access at {page}; ask for it there, {then}")


def _card(info: ModelInfo, files: list[RepositoryFile], commit: str, description: str) -> ModelCard:
    said: Any = info.card_data
    data = mapping(said.to_dict() if said else None)
    config = mapping(info.config)
    tags = several(info.tags)
    dtypes = {str(k): v for k, v in mapping(getattr(info.safetensors, "parameters", None)).items() if whole(v)}
    layout = layout_of(files, config, tags=tags, dtypes=dtypes)
    pipeline = words(info.pipeline_tag, 60)
    return ModelCard(
        id=info.id,
        name=info.id,
        tasks=tasks_of(pipeline, tags),
        handler="",
        license=_license(data, tags),
        languages=_languages(data.get("language")),
        quality=0.5,
        quality_source="not measured",
        hub=HubModel(id=info.id, revision=commit or "main"),
        source="huggingface",
        repository=info.id,
        revision=commit,
        variants=layout.variants,
        parameter_count=_parameters(info, dtypes),
        downloads=whole(info.downloads),
        likes=whole(info.likes),
        updated=day(info.last_modified),
        gated=bool(info.gated),
        library=words(info.library_name, 40),
        architecture=words(config.get("model_type") or mapping(info.gguf).get("architecture"), 40),
        base_model=next(iter(several(data.get("base_model"), 1)), ""),
        tags=(*tags, *_providers(info)),
        description=description,
        evaluations=tuple(_evaluations(info)),
        warnings=layout.warnings,
    )


def _license(data: Mapping[str, Any], tags: tuple[str, ...]) -> str:
    """SPDX; a licence of the kind "other" has its own name. Several are joined: all of them have to be kept."""
    said = several(data.get("license"), 4) or tuple(
        t.removeprefix("license:") for t in tags if t.startswith("license:")
    )
    known = list(filter(None, map(spdx_of, said)))
    return " AND ".join(known) or spdx_of(words(data.get("license_name"), 60))


def _languages(said: object) -> tuple[str, ...]:
    found = [_LANGUAGE_ALIASES.get(code.lower(), code.lower()[:8]) for code in several(said, 200, 20)]
    return tuple(dict.fromkeys(filter(None, found)))


def _parameters(info: ModelInfo, dtypes: Mapping[str, int]) -> int | None:
    total = getattr(info.safetensors, "total", None)
    return whole(total) or whole(mapping(info.gguf).get("total")) or (sum(dtypes.values()) or None)


def _providers(info: ModelInfo) -> list[str]:
    """Those that run the model for money, as tags: `provider:NAME`."""
    live = [m for m in info.inference_provider_mapping or [] if m.status == "live"]
    return list(dict.fromkeys(f"provider:{words(str(one.provider), 40)}" for one in live))[:20]


def _evaluations(info: ModelInfo) -> Iterator[Evaluation]:
    for one in (getattr(info.card_data, "eval_results", None) or [])[:50]:
        value = number(one.metric_value)
        dataset, metric = words(one.dataset_name, 80), words(one.metric_type or one.metric_name, 40)
        if value is not None and dataset and metric:
            task = next(iter(tasks_of(words(one.task_type, 60))), "")
            yield Evaluation(task=task, dataset=dataset, metric=metric, value=value, source="model-index")


def _info(row: object, host: str) -> ModelInfo:
    from huggingface_hub import hf_api

    # Not typed there.
    record: Any = hf_api.ModelInfo
    found: ModelInfo = record(**_row(row, host))
    return found


def _file(row: Mapping[str, Any], host: str) -> RepositoryFile:
    from huggingface_hub import hf_api

    record: Any = hf_api.RepoFile
    try:
        file: RepoFile = record(**row)
        large = file.lfs
        return RepositoryFile(
            path=file.path,
            bytes=large.size if large else file.size,
            sha256=large.sha256 if large else "",
            blob="" if large else file.blob_id,
        )
    except (KeyError, TypeError, ValueError) as error:
        raise _not_documented(host) from error


def _row(row: object, host: str) -> dict[str, Any]:
    """One model's JSON in which what the records of huggingface_hub take for granted is what they expect."""
    if not isinstance(row, dict) or not isinstance(row.get("id"), str):
        raise _not_documented(host)
    kinds = {"safetensors": dict, "gguf": dict, "config": dict, "siblings": list, "tags": list, "cardData": dict}
    fine = {k: v for k, v in row.items() if k not in kinds or isinstance(v, kinds[k])}
    fine["siblings"] = [one for one in fine.get("siblings", []) if isinstance(mapping(one).get("rfilename"), str)]
    if not {"parameters", "total"} <= mapping(fine.get("safetensors")).keys():
        fine.pop("safetensors", None)
    # Of no use here, and read by code that takes their shape for granted.
    for name in ("evalResults", "transformersInfo", "securityRepoStatus", "widgetData", "createdAt"):
        fine.pop(name, None)
    fine["lastModified"] = _moment(fine.get("lastModified"))
    fine["cardData"] = _fit(mapping(fine.get("cardData")))
    fine["inferenceProviderMapping"] = _fit_providers(fine.get("inferenceProviderMapping"))
    return fine


def _moment(value: object) -> str | None:
    found = day(value) if isinstance(value, str) else None
    return f"{found.isoformat()}T00:00:00.000Z" if found else None


def _fit(data: Mapping[str, Any]) -> dict[str, Any]:
    wanted = ("license", "license_name", "language", "base_model", "model-index", "model_name")
    return {name: data[name] for name in wanted if name in data}


def _fit_providers(value: object) -> list[dict[str, Any]]:
    named = [{**mapping(v), "provider": k} for k, v in value.items()] if isinstance(value, dict) else value
    rows = [mapping(row) for row in named] if isinstance(named, list) else []
    return [
        {name: words(row.get(name), 80) for name in ("provider", "providerId", "status", "task")}
        for row in rows
        if row.get("provider")
    ]


def _next(link: str) -> str:
    """The URL of the next page in a Link header (RFC 8288)."""
    for part in link.split(","):
        address, _, relation = part.partition(";")
        if 'rel="next"' in relation:
            return address.strip().removeprefix("<").removesuffix(">")
    return ""


def _origin(url: str) -> tuple[str, str | None, int | None]:
    split = urlsplit(url)
    return split.scheme, split.hostname, split.port


def _not_documented(host: str) -> TransportError:
    return TransportError(f"{host} answers otherwise than the Hub's documented API does; is HF_ENDPOINT a hub?")
