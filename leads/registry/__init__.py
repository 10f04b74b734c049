"""The registry: every lead that somebody may read, found, narrowed, listed and written out."""
