"""Queries that nobody should type, and somebody will."""

QUERIES = [
    "", " ", "\n\t", '"', '""', "'", "''", "*", "a*", "*a", "-", "--", "- -", "-*", "(", ")", "()", "((((",
    "NEAR(", "NEAR(a b)", "a NEAR/2 b", "AND", "OR", "NOT", "a AND", "NOT a", "a OR OR b", "{", "}", "a:b",
    "title:", "^a", "+", "\x00", "a\x00b", "\ud800", "a\udfff", "from:\ud800", 'from:"', "in:%", "from:_",
    "topic:\x00", "%", "_", "\\", "';--", "DROP TABLE question", "🎉", "🎉" * 5_000, "é" * 10_000,
    "a " * 100_000, "(" * 10_000,
    '"a' * 5_000,
    "-" * 10_000, "since:0000", "since:9999-99", "before:2026-02-30", "is:", "by:country:", "a" * 100_000,
    " ".join(f"w{number}" for number in range(20_000)), "\u202e\u200d\ufeff", "NULL", "from:me in:#",
    "a" * 9_999, "word " * 2_000, " ".join(f"word{number}" for number in range(100_000)),
]  # fmt: skip

# Some thousand quoted words hang the raw engine for minutes, in C, where nothing can stop it.
RAW_CAN_BE_ASKED = [typed for typed in QUERIES if len(typed) < 5_000]
