"""Records: what is only ever appended."""
