"""Models of a hub in its ONNX layouts, run by ONNX Runtime: no torch, no transformers, no code of a repository.

What goes before and after a model stands in the JSON files of its repository; one module reads them for texts, one for
pictures, one for sound, and one module for each family of tasks does the rest.
"""
