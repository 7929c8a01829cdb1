"""From frames to events: the wake word, turns of speech, the own voice taken out."""
