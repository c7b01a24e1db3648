"""A record's bytes to the row that the sink would write, as exactly as the sink does it.

Needed where a record has to be judged or written without the sink: when the database refused a
batch, and when dead letters are shown. `reader` puts the steps together from a connector's own
configuration; what it does not know it refuses instead of guessing.
"""
