"""What people look at: read from the desk, or from its events."""
