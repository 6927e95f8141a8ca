"""Pure rules: no I/O, no clock, no hidden chance, no async."""
