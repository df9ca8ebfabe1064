"""SLA policies: by when, on whose clock, and what if late."""
