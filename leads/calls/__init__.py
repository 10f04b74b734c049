"""What other systems tell by calls: kept as it came, then read and taken in as facts."""
