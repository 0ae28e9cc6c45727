"""The REST face of points. Written by hand, because schemes, claims, entries and closes have steps of their own."""
