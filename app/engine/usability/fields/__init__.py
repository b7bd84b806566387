"""Fields that many monitor types have in common, with their words in both languages."""
