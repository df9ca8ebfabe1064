"""Templates: what is said, where, in which language."""
