"""The people whom the agency represents: comp cards, profiles, pictures."""
