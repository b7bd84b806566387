"""Conversations over sockets in the engine's loop: dialling, TLS, streams, datagrams."""
