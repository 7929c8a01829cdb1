"""Models of a hub as safetensors, run by transformers and torch (the extra `hub`); no code of a repository is executed.

Each family of tasks has a module; `checkpoint` loads what they all need by transformers' Auto classes. What comes out
has the form that the ONNX runtime gives it.
"""
