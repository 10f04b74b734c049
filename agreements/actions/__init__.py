"""Everything that changes an agreement or what belongs to it, one noun a module."""
