"""What an answer says: reading it, finding values in it, and comparing them with what is expected."""
