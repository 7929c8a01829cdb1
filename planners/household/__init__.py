"""Household sentences: what is said to a home, planned in a few milliseconds without a model."""
