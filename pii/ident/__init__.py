"""Numbers and addresses that identify: national numbers, documents, accounts, contact data."""
