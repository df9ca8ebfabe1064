"""Roles: who may do and see what."""
