"""Fitting models to this device, and measuring them on it."""
