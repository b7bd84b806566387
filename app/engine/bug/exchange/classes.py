"""Which weakness a CWE means, in our words, and its class in the OWASP Top 10 of 2021."""

from __future__ import annotations

from collections.abc import Iterable

_CLASSES = {
    "CWE-16": ("misconfiguration", "A05:2021"),
    "CWE-22": ("path_traversal", "A01:2021"),
    "CWE-77": ("command_injection", "A03:2021"),
    "CWE-78": ("command_injection", "A03:2021"),
    "CWE-79": ("cross_site_scripting", "A03:2021"),
    "CWE-80": ("html_injection", "A03:2021"),
    "CWE-89": ("sql_injection", "A03:2021"),
    "CWE-90": ("ldap_injection", "A03:2021"),
    "CWE-91": ("xml_injection", "A03:2021"),
    "CWE-93": ("crlf_injection", "A03:2021"),
    "CWE-94": ("code_injection", "A03:2021"),
    "CWE-98": ("file_inclusion", "A03:2021"),
    "CWE-113": ("crlf_injection", "A03:2021"),
    "CWE-200": ("information_disclosure", "A01:2021"),
    "CWE-209": ("error_message_disclosure", "A05:2021"),
    "CWE-284": ("broken_access_control", "A01:2021"),
    "CWE-287": ("broken_authentication", "A07:2021"),
    "CWE-295": ("invalid_certificate", "A07:2021"),
    "CWE-306": ("missing_authentication", "A07:2021"),
    "CWE-311": ("insecure_transport", "A02:2021"),
    "CWE-319": ("insecure_transport", "A02:2021"),
    "CWE-326": ("weak_cryptography", "A02:2021"),
    "CWE-327": ("weak_cryptography", "A02:2021"),
    "CWE-346": ("cors_misconfiguration", "A05:2021"),
    "CWE-352": ("missing_csrf_token", "A01:2021"),
    "CWE-400": ("resource_consumption", None),
    "CWE-434": ("unrestricted_upload", "A04:2021"),
    "CWE-502": ("insecure_deserialization", "A08:2021"),
    "CWE-521": ("weak_password", "A07:2021"),
    "CWE-522": ("weak_password", "A07:2021"),
    "CWE-525": ("cacheable_private_page", "A05:2021"),
    "CWE-530": ("backup_exposed", "A05:2021"),
    "CWE-538": ("file_exposed", "A01:2021"),
    "CWE-548": ("directory_listing", "A01:2021"),
    "CWE-601": ("open_redirect", "A01:2021"),
    "CWE-611": ("xml_external_entity", "A05:2021"),
    "CWE-614": ("cookie_without_secure", "A05:2021"),
    "CWE-643": ("xpath_injection", "A03:2021"),
    "CWE-693": ("missing_protection", "A05:2021"),
    "CWE-798": ("hardcoded_secret", "A07:2021"),
    "CWE-829": ("foreign_script", "A08:2021"),
    "CWE-918": ("server_side_request_forgery", "A10:2021"),
    "CWE-1004": ("cookie_without_httponly", "A05:2021"),
    "CWE-1021": ("clickjacking", "A05:2021"),
    "CWE-1104": ("outdated_component", "A06:2021"),
    "CWE-1275": ("cookie_without_samesite", "A01:2021"),
    "CWE-1336": ("template_injection", "A03:2021"),
}


def class_of(cwe: Iterable[str]) -> tuple[str, str | None]:
    """Class and OWASP class of the first CWE that is known."""
    return next((_CLASSES[each] for each in cwe if each in _CLASSES), ("other", None))
