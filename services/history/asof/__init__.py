"""As-of: what was the case on one day, as it was known on another, to the district or to one decider.

Two dates, because news comes late: a death of March that is recorded in May was effective in March and known
from May. `question` (what is asked), `knowledge` (which lines of the log count as known), `placing` (in which
order facts count, and what corrections do), `person`, `household`, `case` (what they fold into), `looking` and
`states` (finding them by the index), `telling` (timelines), `answers` (the way in), `api`.
"""

from __future__ import annotations

from services.history.asof.answers import Answer, AsOf, TimelineAnswer
from services.history.asof.question import Question

__all__ = ["Answer", "AsOf", "Question", "TimelineAnswer"]
