"""Pages of villages/ that are more than a face of a register."""
