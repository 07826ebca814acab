"""A case as its facts tell it. Pure: the decisions on it are in `application` and `entitlement`.

An application is accepted, surveyed, checked and assessed, then posted for seven days; an objection, or
another household than the one surveyed, sends it back to the survey. A granted case is looked at again in
reviews, which go through the same survey, check and assessment while the allowance runs on.
"""

from services.assistance.model.folding import CASE
from services.assistance.model.state import (
    BEFORE_DECISION,
    REMEDY,
    Admitted,
    Case,
    Inquiry,
    Settled,
    Stage,
    Suspension,
)

__all__ = [
    "BEFORE_DECISION",
    "CASE",
    "REMEDY",
    "Admitted",
    "Case",
    "Inquiry",
    "Settled",
    "Stage",
    "Suspension",
]
