"""What the coach says, and when."""
