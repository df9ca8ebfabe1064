"""What is particular to the agency's entities: codes, defaults, conversions, options."""
