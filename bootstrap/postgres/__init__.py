"""What the pipeline needs inside Postgres: databases, roles, sink tables."""
