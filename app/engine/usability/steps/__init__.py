"""Several requests in order, where one may use what another was answered."""
