"""A local Slack workspace, as strict as Slack, that any Bolt app can talk to over real sockets."""
