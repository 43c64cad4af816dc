"""Vacancies and the careers pages."""
