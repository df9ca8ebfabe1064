"""Rules: when this happens, if that holds, do what."""
