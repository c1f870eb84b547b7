"""Gives documents out in other forms; one file per format."""
