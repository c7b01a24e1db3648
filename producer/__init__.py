"""Events and monthly files: drawn from a seed, checked against a contract, delivered to Kafka."""
