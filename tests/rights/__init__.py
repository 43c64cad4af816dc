"""Tests of what lies in ats/rights."""
