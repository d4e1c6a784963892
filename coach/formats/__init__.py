"""Ride files: bytes to `coach.ride.Ride` and back."""
