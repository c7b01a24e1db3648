"""The sub-commands, one module each.

HELP and EXITS are for --help, `add_arguments` declares options, `run_verb` does the work and
returns the exit code.
"""
