"""The voice loop: from sound to words, to a plan, to spoken words."""
