"""What every app stands on and knows none of them: errors, problems, clock, outbox, lease."""
