"""What services read that run checks."""
