"""Runs the real services of the pipeline on this machine, without containers."""
