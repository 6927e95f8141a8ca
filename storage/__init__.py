"""What the bot remembers: tables, transactions and queries; no Slack payload here."""
