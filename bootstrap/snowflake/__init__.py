"""What the pipeline needs inside a Snowflake account: roles, warehouse, database, service user."""
