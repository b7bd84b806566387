"""Sites out of files and into them."""
