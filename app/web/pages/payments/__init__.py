"""Payments: their list, the page of one, those of a booking with what is noted there, and the deposit that is waived."""
