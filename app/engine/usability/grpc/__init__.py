"""gRPC's health service over libcurl: a request of few bytes, and an answer of fewer."""
