"""What can be done: one verb per module, one transaction each."""
