"""The demonstration: invented people, their documents and the vacancies that they apply for."""
