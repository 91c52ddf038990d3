"""WHO: organisations, people, roles and API keys."""
