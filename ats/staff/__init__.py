"""Accounts of staff, their roles and their sessions."""
