"""The strength routine: exercises, how much of them, and one session of it step by step."""
