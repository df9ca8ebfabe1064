"""The pages for those who work here."""
