"""`jarvis models list|search|show|licenses`: the models that are known, for people and for programs."""

from jarvis.cli.models.choice import Choice
from jarvis.cli.models.licences import report_licenses
from jarvis.cli.models.listing import list_models, search_models
from jarvis.cli.models.showing import show_model

__all__ = ["Choice", "list_models", "report_licenses", "search_models", "show_model"]
