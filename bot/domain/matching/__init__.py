"""The matcher: who is brought together with whom. Pure, seeded, and the same to the byte for the same input.

`values` has what goes in and out, `pairs`, `reviews` and `groups` solve, `explain` says why.
"""
