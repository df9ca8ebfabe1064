"""Measurements of Virel beside its peers; ``make bench`` runs them."""
