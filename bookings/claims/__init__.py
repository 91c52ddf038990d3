"""A booking's needs as rows of the ledger, and what is free beside them."""
