"""The database of all cards that were ever synced: SQLite, searched in milliseconds, without a network."""

from jarvis.model_registry.database.cards import CardDatabase, card_file
from jarvis.model_registry.database.filters import Filters, Sort, has_words
from jarvis.model_registry.database.search import Page
from jarvis.model_registry.database.syncs import Sync
from jarvis.model_registry.database.words import smallest_bytes

__all__ = ["CardDatabase", "Filters", "Page", "Sort", "Sync", "card_file", "has_words", "smallest_bytes"]
