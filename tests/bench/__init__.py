"""How good and how fast search is: `make bench`."""
