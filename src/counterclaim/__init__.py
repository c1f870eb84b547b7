"""Counterclaim: a relational store and REST API for sourced battlefield-event claims."""

__version__ = "0.1.0"
