"""Conditions: the Common Expression Language, parsed once, checked against declared types, compiled and explained."""
