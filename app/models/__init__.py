"""Storey 2: what is kept. Importing this package maps every table."""

from app.models.alert import Alert, AlertClass, Deployment, DeploymentToken
from app.models.audit import AuditEntry
from app.models.base import db, write
from app.models.bug import BugTemplate, HostOwnership, OwnershipCheck, Scan, ScanReport, ScanSettings
from app.models.channel import Channel, Delivery, DeliveryAttempt
from app.models.content import Content, Evidence
from app.models.finding import Finding, FindingHistory, FindingLocation
from app.models.site import Event, Site, SiteTag
from app.models.tamper import Baseline, OrganizationWords, Snapshot, Watch, WatchState, WatchView
from app.models.usability import Incident, Location, Monitor, MonitorState
from app.models.user import ROLES, Membership, Organization, Setting, User

__all__ = [
    "ROLES",
    "Alert",
    "AlertClass",
    "AuditEntry",
    "Baseline",
    "BugTemplate",
    "Channel",
    "Content",
    "Delivery",
    "DeliveryAttempt",
    "Deployment",
    "DeploymentToken",
    "Event",
    "Evidence",
    "Finding",
    "FindingHistory",
    "FindingLocation",
    "HostOwnership",
    "Incident",
    "Location",
    "Membership",
    "Monitor",
    "MonitorState",
    "Organization",
    "OrganizationWords",
    "OwnershipCheck",
    "Scan",
    "ScanReport",
    "ScanSettings",
    "Setting",
    "Site",
    "SiteTag",
    "Snapshot",
    "User",
    "Watch",
    "WatchState",
    "WatchView",
    "db",
    "write",
]
