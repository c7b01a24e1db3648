"""The steps that DAG files put in order."""
