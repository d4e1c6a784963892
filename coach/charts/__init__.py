"""Pictures of rides."""
