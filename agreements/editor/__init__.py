"""The editor of a draft: which fields each section has, what was typed, and what is wrong."""
