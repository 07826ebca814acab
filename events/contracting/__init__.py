"""The language as contracts: what another department's programmer reads instead of our Python.

`python -m events.contracting` (`make contracts`) writes `events/contracts/` from the catalogue: the JSON
Schema and a golden example message of every version of every fact, and an AsyncAPI document of the topics.
What an older version left there is history, like the facts stored under it: it is neither rewritten nor
deleted. A change that would break a reader or a writer of today is refused.
"""
