"""Task types: what each takes, gives and does, with handlers that run models for them."""
