"""Revisions of the schema, from the first on; run by ``app.store.schema``."""
