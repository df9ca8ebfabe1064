"""Inquiries: what came in and waits for an answer, who fits it, and the booking that it becomes."""
