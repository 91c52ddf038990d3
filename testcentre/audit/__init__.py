"""Who did what, when and why: an append-only trail."""
