"""Handlers: code that runs models, one module for each family."""
