"""What was kept: tables, object store, and the reads that others may ask for."""
