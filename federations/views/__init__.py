"""Pages of federations that are more than a register's: founding, the story of one, and its steps."""
