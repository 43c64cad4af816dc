"""The candidate's own page and what they can do there."""
