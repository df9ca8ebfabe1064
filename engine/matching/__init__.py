"""Matchings: which candidates fit, in what order, and why."""
