"""The language of Doudi: every fact that can be recorded, defined once. Depends on pydantic only."""
