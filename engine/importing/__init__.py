"""Foreign logs: a mapping document says what their rows mean, and each row becomes an event."""
