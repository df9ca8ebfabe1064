"""What anybody may see and use without signing in: the form that inquiries come in by."""
