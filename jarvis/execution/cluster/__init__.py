"""A Ray cluster as a worker: where a task runs, how its files get there, and which models stay warm on which node."""
