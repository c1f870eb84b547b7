"""Reads files into the shapes that the store takes in; one file per origin."""
