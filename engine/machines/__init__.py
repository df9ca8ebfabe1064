"""Machines: what an entity is, which states it has and what may happen to it."""
