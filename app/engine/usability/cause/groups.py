"""Reasons by what they speak of: the layer at which a check ended."""

from __future__ import annotations

OWN = frozenset(
    {"probe_offline", "probe_no_route", "probe_no_dns", "probe_overloaded", "probe_stopped", "probe_error"}
)
NETWORK = frozenset(
    {
        "connect_timeout",
        "connect_failed",
        "ping_no_answer",
        "ping_loss",
        "ping_unreachable",
        "ping_ttl_exceeded",
        "timeout",
        "tls_timeout",
        "dns_timeout",
        "dns_failed",
        "snmp_timeout",
        "proxy_unreachable",
    }
)
"""What a broken path looks like, ours or anybody's."""
SILENT = frozenset(
    {"connect_timeout", "connect_failed", "ping_no_answer", "ping_unreachable", "snmp_timeout"}
)
NAME_MISSING = frozenset({"dns_not_found", "dns_no_address", "dns_no_data"})
NAME = frozenset(
    {
        "dns_not_found",
        "dns_no_address",
        "dns_failed",
        "dns_timeout",
        "dns_no_data",
        "dns_no_reply",
        "dns_refused",
        "dns_servfail",
        "dns_rcode",
        "dns_bad_reply",
        "dns_serials_differ",
        "dns_server_missing",
        "dns_not_authenticated",
    }
)
NAME_CONTENT = frozenset({"dns_wrong_answer", "dns_answer_changed"})
REGISTRATION = frozenset(
    {
        "domain_expired",
        "domain_expires_soon",
        "domain_not_registered",
        "domain_on_hold",
        "domain_pending_delete",
        "domain_pending_transfer",
        "domain_redemption",
    }
)
CERTIFICATE = frozenset(
    {
        "tls_self_signed",
        "tls_untrusted",
        "tls_wrong_host",
        "tls_fingerprint",
        "tls_issuer",
        "tls_chain_expired",
        "tls_weak_key",
        "tls_weak_signature",
        "tls_changed",
    }
)
CERTIFICATE_TIME = frozenset({"tls_expired", "tls_expires_soon", "certificate_ends"})
HANDSHAKE = frozenset(
    {
        "tls_failed",
        "tls_timeout",
        "tls_unreadable",
        "tls_old_protocol",
        "tls_client_refused",
        "starttls_missing",
        "server_not_proved",
    }
)
CUT = frozenset({"connection_reset", "connection_closed", "empty_reply", "body_incomplete", "protocol_error"})
BUSY = frozenset({"server_starting", "too_many_connections", "service_refused"})
LOGIN = frozenset(
    {"login_refused", "login_required", "login_unsupported", "token_refused", "host_not_allowed"}
    | {"snmp_unknown_user", "snmp_wrong_password", "snmp_security_level", "snmp_no_answer_to_user"}
    | {"grpc_denied", "mqtt_subscribe_refused", "mqtt_publish_refused"}
)
SERVICE = frozenset(
    {
        "query_failed",
        "server_error",
        "database_missing",
        "is_read_only",
        "recipient_refused",
        "unexpected_answer",
        "answer_too_long",
        "heartbeat_failed",
        "heartbeat_overrun",
        "host_key_changed",
    }
    | {"ws_refused", "ws_handshake", "ws_subprotocol", "ws_closed", "ws_broken"}
    | {"grpc_not_serving", "grpc_unknown", "grpc_service_unknown", "grpc_no_health", "grpc_failed"}
    | {"grpc_not_grpc", "grpc_no_http2", "grpc_bad_answer"}
    | {"mqtt_refused", "mqtt_no_message", "mqtt_other_message", "mqtt_bad_packet", "mqtt_sent_away"}
    | {"snmp_bad_answer", "snmp_no_object", "snmp_error", "snmp_value", "snmp_refused", "snmp_not_authentic"}
)
REDIRECT = frozenset({"too_many_redirects", "redirect_loop", "redirect_invalid"})
CONTENT_PREFIXES = (
    "body_", "content_", "css_", "header_", "json_", "keyword_",
    "redirects_", "size_", "url_", "value_", "xpath_",
)  # fmt: skip

NOT_THE_TARGETS = ("probe_", "config_", "group_", "assertion_unjudged", "key_exchange_unknown", "internal")
"""Beginnings of reasons that say nothing of a target."""


def is_content(reason: str) -> bool:
    """Whether an answer came, and said something else than it should."""
    return reason.startswith(CONTENT_PREFIXES) and reason not in CUT
