"""Facts of the checks of economic status: consents, sharing of data, feeds, checks, comparisons, mismatches.

Clauses: 四(三) of 鹤民发〔2020〕43号 (V1, V2, V3); consent: 社会救助法 40, of supporters outside the household 41; hearing:
48; sharing between departments: 政务数据共享条例 (2025) 20–27. What a department's data say of somebody is sealed, and
the fact that names its kind beside a person is restricted: that somebody is in a prison's file is nobody else's to know.
"""

from events.verification.checks import (
    CheckClosed,
    CheckFact,
    CheckOverdue,
    CheckOwed,
    CheckReported,
    CheckRequested,
    Finding,
    RecordsCounted,
    ReviewAsked,
)
from events.verification.comparisons import (
    ComparisonDone,
    ComparisonOpened,
    ComparisonScheduled,
    ComparisonSkipped,
    Count,
    FeedUsed,
    PieceCompared,
)
from events.verification.consents import ConsentGiven, ConsentWithdrawn
from events.verification.mismatches import (
    ChangeNotified,
    CorrectionAnswered,
    CorrectionAsked,
    CorrectionOverdue,
    CorrectionsDue,
    MismatchDisputed,
    MismatchFact,
    MismatchFound,
    MismatchHeard,
    MismatchResolved,
    MismatchSettled,
)
from events.verification.sharing import (
    FeedOverdue,
    FeedReceived,
    FeedRefused,
    ShareEnded,
    ShareGranted,
    ShareRefused,
    ShareReplyOverdue,
    ShareRequested,
    SharingFact,
)
from events.verification.terms import Capacity, FieldName, Half, Purpose, Source, Unused

__all__ = [
    "Capacity",
    "ChangeNotified",
    "CheckClosed",
    "CheckFact",
    "CheckOverdue",
    "CheckOwed",
    "CheckReported",
    "CheckRequested",
    "ComparisonDone",
    "ComparisonOpened",
    "ComparisonScheduled",
    "ComparisonSkipped",
    "ConsentGiven",
    "ConsentWithdrawn",
    "CorrectionAnswered",
    "CorrectionAsked",
    "CorrectionOverdue",
    "CorrectionsDue",
    "Count",
    "FeedOverdue",
    "FeedReceived",
    "FeedRefused",
    "FeedUsed",
    "FieldName",
    "Finding",
    "Half",
    "MismatchDisputed",
    "MismatchFact",
    "MismatchFound",
    "MismatchHeard",
    "MismatchResolved",
    "MismatchSettled",
    "PieceCompared",
    "Purpose",
    "RecordsCounted",
    "ReviewAsked",
    "ShareEnded",
    "ShareGranted",
    "ShareRefused",
    "ShareReplyOverdue",
    "ShareRequested",
    "SharingFact",
    "Source",
    "Unused",
]
