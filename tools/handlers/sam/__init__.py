"""Segment Anything: points and boxes in, masks out, whatever the model's files look like."""
