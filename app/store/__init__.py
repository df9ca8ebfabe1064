"""The tables of the platform: what is kept, and what the database itself makes impossible."""
