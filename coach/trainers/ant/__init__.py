"""ANT+ FE-C trainers: openant moves the bytes, everything above the bytes is here."""
