"""How well a link of a flight carries what it is sent: pure figures, the same live and in the recording."""
