"""Searching the question log: analysis of text, queries as people type them, ranking. No database here."""
