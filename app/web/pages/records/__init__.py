"""Pages of the agency's entities: one list, one page and one form for each kind."""
