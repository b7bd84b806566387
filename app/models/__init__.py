"""Storey 2: what is kept. Importing this package maps every table."""

from app.models.audit import AuditEntry
from app.models.base import db, write
from app.models.channel import Channel, Delivery, DeliveryAttempt
from app.models.site import Event, Site, SiteTag
from app.models.usability import Incident, Location, Monitor, MonitorState
from app.models.user import ROLES, Membership, Organization, Setting, User

__all__ = [
    "ROLES",
    "AuditEntry",
    "Channel",
    "Delivery",
    "DeliveryAttempt",
    "Event",
    "Incident",
    "Location",
    "Membership",
    "Monitor",
    "MonitorState",
    "Organization",
    "Setting",
    "Site",
    "SiteTag",
    "User",
    "db",
    "write",
]
