"""Task execution: a graph runs as data arrives, on workers, and every task ends with a Result."""
