"""People's own data in their own hands: seen, taken away, deleted; and what goes by its age."""
