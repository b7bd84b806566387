"""What becomes of hits: findings with a name, texts and a life."""
