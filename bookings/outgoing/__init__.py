"""What leaves us: calendar feeds, webhooks, e-mails."""
