"""What a booking says to others outside: NOTAM drafts, cross-border notes and geozones, as pure functions of facts."""
