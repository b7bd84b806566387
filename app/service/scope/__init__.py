"""What a membership is narrowed to: some sites, by id or by tag; held in one place for every query."""
