"""Releases: numbered sets of documents, what differs between two of them, and what publishing one takes."""
