"""What a ride says: power, heart rate, posture, hills, and their summary."""
