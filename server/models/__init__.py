"""The tables, one file per aggregate; no rule that needs a clock or a request lives here."""

from server.models.custody import CustodyEvent, LogCheckpoint, LogKeyRecord, LogNode
from server.models.devices import Device, EvidenceEnvelope, Nonce, ReceiptKey
from server.models.evidence import Appeal, Evidence, EvidenceDecision, EvidenceFinding, Original
from server.models.facts import FactCount, FactDue
from server.models.jobs import Job
from server.models.milestones import Milestone, Requirement
from server.models.payments import Certificate, Dispute, PassingOn, Payment
from server.models.people import Grant, Organisation, Person
from server.models.pictures import Picture, PictureKey
from server.models.projects import Area, Contract, ContractVariation, Project, Site, SiteCell
from server.models.public_map import MapCount
from server.models.redactions import Redaction
from server.models.revisions import raise_revisions
from server.models.saved_filters import SavedFilter
from server.models.search import Findable, ProjectNews, ProjectTerm, TermCount
from server.models.search_index import refresh as refresh_findable
from server.models.second_look import (
    SecondLook,
    SecondLookAnswer,
    SecondLookCandidate,
    SecondLookPeriod,
    SecondLookSeed,
    SecondLookSide,
)
from server.models.sessions import SignInAttempt, SignInSession
from server.models.signing_certificates import SigningCertificate
from server.models.site_sources import SiteDifferenceReason, SiteSource
from server.models.submissions import (
    DecisionReason,
    Submission,
    SubmissionDecision,
    SubmissionItem,
    SubmissionParty,
    SubmissionTakingBack,
)
from server.models.uploads import ResumableUpload

__all__ = [
    "Appeal",
    "Area",
    "Certificate",
    "Contract",
    "ContractVariation",
    "CustodyEvent",
    "DecisionReason",
    "Device",
    "Dispute",
    "Evidence",
    "EvidenceDecision",
    "EvidenceEnvelope",
    "EvidenceFinding",
    "FactCount",
    "FactDue",
    "Findable",
    "Grant",
    "Job",
    "LogCheckpoint",
    "LogKeyRecord",
    "LogNode",
    "MapCount",
    "Milestone",
    "Nonce",
    "Organisation",
    "Original",
    "PassingOn",
    "Payment",
    "Person",
    "Picture",
    "PictureKey",
    "Project",
    "ProjectNews",
    "ProjectTerm",
    "ReceiptKey",
    "Redaction",
    "Requirement",
    "ResumableUpload",
    "SavedFilter",
    "SecondLook",
    "SecondLookAnswer",
    "SecondLookCandidate",
    "SecondLookPeriod",
    "SecondLookSeed",
    "SecondLookSide",
    "SignInAttempt",
    "SignInSession",
    "SigningCertificate",
    "Site",
    "SiteCell",
    "SiteDifferenceReason",
    "SiteSource",
    "Submission",
    "SubmissionDecision",
    "SubmissionItem",
    "SubmissionParty",
    "SubmissionTakingBack",
    "TermCount",
    "raise_revisions",
    "refresh_findable",
]
