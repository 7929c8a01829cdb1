"""The hub side of Wyoming satellites: microphones and speakers in rooms, for which the voice loop runs here."""
