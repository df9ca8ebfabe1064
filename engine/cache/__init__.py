"""A folder's checked and compiled documents, kept for the next start. Source: docs/adr/0008."""
