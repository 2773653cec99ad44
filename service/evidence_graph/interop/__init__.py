"""What leaves the record in forms that others check without trusting us: evidence bundles, and summaries of their verification."""
