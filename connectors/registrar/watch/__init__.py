"""`watch`: keeps connectors running.

A JDBC sink's task dies with every error of its database: an outage, or one record that the
database refuses. Connect never restarts it. The watcher does what a person on call would do, and
logs each step: `causes` reads the trace, `monitor` decides, `state` remembers, `isolation` takes
refused records out of the way, `journal` makes that safe against a kill at any moment.
"""
