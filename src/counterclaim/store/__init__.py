"""The write side. Functions take a ``Writer``, flush and never commit."""
