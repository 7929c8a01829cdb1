"""Measurements of the voice loop, and what they share."""
