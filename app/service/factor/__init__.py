"""What proves that it is somebody: codes by time, recovery codes, passkeys, and sign-in by other services."""
