"""The people who work here, what their roles allow, and one's own account."""
