"""What people would use instead, each on the same events, claims and counts in plain tables."""
