"""The embedded language model: one packaged base for planning (with its adapter) and for free text (without)."""
