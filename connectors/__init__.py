"""Connectors as code: the YAML files, and `registrar/`, which makes Kafka Connect match them."""
