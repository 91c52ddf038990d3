"""From the stream to the recording, exactly once; then the seal."""
