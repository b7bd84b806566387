"""Roll-ups: made from raw results by the roller, read by series, uptime and objectives."""
