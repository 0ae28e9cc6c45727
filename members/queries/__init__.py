"""Questions about people, organisations, points and closes; one file a topic."""
