"""Makes every part of the pipeline exist: services, roles, tables, connections."""
