"""The parts of benchmarks/registry.py."""
