"""Compares the rows of every hop with those of the hop before, and names what is lost or changed.

Nothing here knows a stream or a feed of this project: connectors' YAML says which topic goes to
which table, landing blocks say where a relation, a file and its rows in the marts are.

Rows that are under way are not a difference. What has to be at the far side of a hop is limited by
the marks that the hop itself keeps: the offsets that the sink has committed, the highest
transaction id in RAW, the ledger's state of a file, the newest landing that a mart has seen.
"""
