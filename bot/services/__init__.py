"""Use cases: each opens one unit of work, decides by the domain's rules, and queues what must be said."""
