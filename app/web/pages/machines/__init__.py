"""Where an entity stands in its machine: as a picture, as moves that may be made, and as the way it came."""
