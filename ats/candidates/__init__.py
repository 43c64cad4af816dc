"""People: who they are, their key, their private link."""
