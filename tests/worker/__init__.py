"""Tests of the worker and its children."""
