"""Statements that this server runs itself, one idea per module.

Each module has HANDLERS: sqlglot class -> function(session, expression). A handler returns None
when the statement is not its own; what no handler takes goes to fakesnow.
"""
