"""What a file that nobody described probably is: how it is written, and what its columns mean."""
