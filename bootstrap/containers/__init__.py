"""The stack in containers: what runs inside them, and Docker Compose as a runtime of `up`."""
