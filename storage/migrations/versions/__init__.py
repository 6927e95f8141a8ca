"""One file a step; a database walks them in order."""
