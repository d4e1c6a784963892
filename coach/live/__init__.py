"""What the rider sees while riding."""
