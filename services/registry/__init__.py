"""The register of people and households: identity, membership, categories, enrolment and exit."""
