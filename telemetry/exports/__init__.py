"""What was kept in the formats that others read."""
