"""Imports of files: what is proposed, asked and foreseen before, done, and taken back."""
