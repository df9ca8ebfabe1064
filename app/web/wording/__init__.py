"""What pages say, in the reader's language, zone and manner of writing numbers."""
