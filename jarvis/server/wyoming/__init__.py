"""Jarvis over the Wyoming protocol: speech to text, text to speech, wake word, requests; and the hub of satellites."""
