"""Migrations, in the order of their ids. Each runs once, under an advisory lock, in one transaction with the others."""
