"""How Slack talks to the bot: acknowledge, parse, call, render; no rules here."""
