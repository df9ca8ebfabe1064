"""The generic engine: reads documents, judges events and replays logs; it knows no domain, no web and no database."""
