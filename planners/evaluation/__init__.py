"""How good plans are: metrics against gold plans, and reports."""
