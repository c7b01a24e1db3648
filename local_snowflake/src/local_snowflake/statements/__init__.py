"""Statements this server runs itself, one idea a file.

Each module has HANDLERS: sqlglot class -> function(session, expression). A handler answers, or
returns None when the statement is not its own; what nobody answers goes to fakesnow.
"""
