"""What texts say of strikes, one data file for each language."""
