"""Messages to Kafka: at a pace, each acknowledged or reported."""
