"""What flew: from the bytes of a link to the picture that operators watch and the recording that engineers download."""
