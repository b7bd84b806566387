"""What a server's TLS is made of, found by asking it: hellos of our own, read by ourselves.

The local TLS library refuses old protocols and weak suites, which are just what is looked for, so a hello is
written byte by byte and of the answer no more is read than is needed (RFC 5246, RFC 8446).
"""
