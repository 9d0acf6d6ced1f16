"""Keep incidents: what went wrong, since when, who acted, and how long it took."""
