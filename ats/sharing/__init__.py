"""Objections to sharing with affiliates."""
