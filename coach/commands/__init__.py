"""The commands of `coach`, one module a family; imported only when typed."""
