"""What leaves the house: claimed under a lease, delivered outside any transaction, settled with a recorded end."""
