"""Everything people do about leads in the portal, one noun a module."""
