"""Making models smaller and quicker: build-time recipes (torch and onnx), and what `jarvis models optimize` uses."""
