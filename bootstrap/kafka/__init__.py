"""The users of the stack's own Kafka, and what each may do."""
