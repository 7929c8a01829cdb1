"""The parts of benchmarks/executor.py."""
