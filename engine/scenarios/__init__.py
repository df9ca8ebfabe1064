"""Scenarios: given this, when that, expect (and do not expect) what."""
