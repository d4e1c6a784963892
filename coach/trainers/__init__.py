"""The machines, hardware or not, as peers behind one interface."""
