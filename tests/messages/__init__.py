"""Tests of what lies in ats/messages."""
