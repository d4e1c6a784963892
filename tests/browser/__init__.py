"""The live page in a real browser: what a rider sees, hears and presses."""
