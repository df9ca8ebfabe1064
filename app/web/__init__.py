"""The only place with Flask: the REST interface, the pages, and what both share."""
