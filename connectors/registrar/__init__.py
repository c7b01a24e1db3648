"""Connectors as code: YAML files in Connect's own keys, and the verbs that make Connect match them.

Nothing in here knows a stream, a topic or a table of this project: any connector and any Connect
cluster work. Each verb is one module; `registrar.cli` is the command line over them.
"""
