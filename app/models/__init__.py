"""Storey 2: what is kept. Importing this package maps every table."""

from app.models import audit_chain, people_mark
from app.models.access import ApiToken, TokenFamily, Vendor, VendorApp
from app.models.alert import Alert, AlertClass, Deployment, DeploymentToken
from app.models.alerting import (
    AlertStorm,
    AlertTurn,
    EscalationPolicy,
    Flap,
    IncidentNotice,
    Rota,
    RotaOverride,
)
from app.models.audit import AuditCut, AuditEntry, AuditHead
from app.models.avatar import Avatar
from app.models.base import db, write
from app.models.baseline import LatencyBaseline
from app.models.bug import BugTemplate, HostOwnership, OwnershipCheck, Scan, ScanReport, ScanSettings
from app.models.channel import Channel, Delivery, DeliveryAttempt
from app.models.content import Content, Evidence
from app.models.factor import OidcLink, OidcProvider, Passkey, RecoveryCode, Totp
from app.models.file import Attachment, File, FileAccount
from app.models.finding import Finding, FindingHistory, FindingLocation
from app.models.heartbeat import Heartbeat
from app.models.incident import Incident, IncidentComment
from app.models.job import DailyJob, Job
from app.models.location import Location
from app.models.maintenance import MaintenanceWindow
from app.models.objective import Objective
from app.models.rollup import RollupDirty, RollupMark
from app.models.routing import ChannelRule, MessageTemplate, Routing
from app.models.site import Event, Site, SiteTag
from app.models.status_page import StatusNotice, StatusPage, StatusUpdate
from app.models.tamper import Baseline, OrganizationWords, Snapshot, Watch, WatchState, WatchView
from app.models.usability import GroupMember, Monitor, MonitorDependency, MonitorState
from app.models.user import ROLES, Invitation, Membership, Organization, Setting, User

__all__ = [
    "ROLES",
    "Alert",
    "AlertClass",
    "AlertStorm",
    "AlertTurn",
    "ApiToken",
    "Attachment",
    "AuditCut",
    "AuditEntry",
    "AuditHead",
    "Avatar",
    "Baseline",
    "BugTemplate",
    "Channel",
    "ChannelRule",
    "Content",
    "DailyJob",
    "Delivery",
    "DeliveryAttempt",
    "Deployment",
    "DeploymentToken",
    "EscalationPolicy",
    "Event",
    "Evidence",
    "File",
    "FileAccount",
    "Finding",
    "FindingHistory",
    "FindingLocation",
    "Flap",
    "GroupMember",
    "Heartbeat",
    "HostOwnership",
    "Incident",
    "IncidentComment",
    "IncidentNotice",
    "Invitation",
    "Job",
    "LatencyBaseline",
    "Location",
    "MaintenanceWindow",
    "Membership",
    "MessageTemplate",
    "Monitor",
    "MonitorDependency",
    "MonitorState",
    "Objective",
    "OidcLink",
    "OidcProvider",
    "Organization",
    "OrganizationWords",
    "OwnershipCheck",
    "Passkey",
    "RecoveryCode",
    "RollupDirty",
    "RollupMark",
    "Rota",
    "RotaOverride",
    "Routing",
    "Scan",
    "ScanReport",
    "ScanSettings",
    "Setting",
    "Site",
    "SiteTag",
    "Snapshot",
    "StatusNotice",
    "StatusPage",
    "StatusUpdate",
    "TokenFamily",
    "Totp",
    "User",
    "Vendor",
    "VendorApp",
    "Watch",
    "WatchState",
    "WatchView",
    "audit_chain",
    "db",
    "people_mark",
    "write",
]
