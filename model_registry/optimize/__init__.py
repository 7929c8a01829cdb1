"""Build-time tools: they need torch and onnx, and make the small files that ship instead of weights."""
