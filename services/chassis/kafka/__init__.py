"""Kafka: the relay that publishes a service's log, the feed that brings the others', and their host."""
