"""Acts on backups."""
