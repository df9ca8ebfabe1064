"""Calendars: which time counts as working time."""
