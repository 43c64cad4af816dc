"""Recruitment and talent pool that keep the promises of a privacy statement."""

__version__ = "0.1.0"
