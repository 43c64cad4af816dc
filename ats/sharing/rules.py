"""Pure rules of sharing."""

# In an objection: every affiliate, also those that come later.
ALL_AFFILIATES = ""
