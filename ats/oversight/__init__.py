"""What the privacy coordinator watches: the audit trail and the retention runs."""
