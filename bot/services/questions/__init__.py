"""The question log: what is asked and answered, followed in Slack, imported, found again.

`log` keeps questions and answers, `settling` what becomes of them, `messages` writes what is sent of them,
`credits` thanks whoever answered. `asking` is `/ask`, `suggesting` what only its asker is shown. `following`
takes in what happens in channels, `check_marks` what ✅ there say, `places` which channels there are;
`catching_up` reads what happened while the bot was away, `importing` reads files.
"""
