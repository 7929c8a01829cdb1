"""Cards of the hubs that grew old are asked for again in the background, while a program is open."""

from __future__ import annotations

import logging
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from jarvis.errors import JarvisError
from jarvis.settings import Settings

if TYPE_CHECKING:
    from jarvis.model_registry.database import CardDatabase
    from jarvis.model_registry.hubs.syncing import BackgroundSync

_log = logging.getLogger(__name__)


class Renewal:
    """Renews the hubs that were synced before, `settings.sync_days` after the last time; never a hub that was not."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._database: CardDatabase | None = None
        self._syncs: list[BackgroundSync] = []

    def start(self) -> None:
        """Begins what is due. What cannot be had is told in the log; nothing waits for it."""
        settings = self._settings
        if self._database is not None or settings.sync_days <= 0 or settings.offline:
            return
        from jarvis.model_registry.database import CardDatabase, card_file
        from jarvis.model_registry.hubs.syncing import BackgroundSync, Sync, sources_from_env

        file = card_file(settings.data_dir)
        if not file.is_file():
            return
        self._database = CardDatabase(file)
        try:
            oldest = datetime.now(UTC) - timedelta(days=settings.sync_days)
            for source in [sync.source for sync in self._database.syncs() if sync.when < oldest]:
                hubs = sources_from_env([source])
                self._syncs.append(BackgroundSync(self._database, lambda hubs=hubs: hubs, Sync()))  # type: ignore[misc]
        except JarvisError as error:
            _log.warning("the cards of the hubs are not renewed: %s", error)

    def wait(self, timeout: float | None = None) -> bool:
        """Waits for its end; False when it goes on."""
        return all(sync.wait(timeout) for sync in self._syncs)

    def stop(self) -> None:
        """Ends it after the batch that it is at."""
        for sync in self._syncs:
            sync.stop()
            for problem in sync.result.problems if sync.result else ():
                _log.warning("the cards of a hub are not all renewed: %s", problem)
        self._syncs.clear()
        if self._database is not None:
            self._database.close()
            self._database = None
