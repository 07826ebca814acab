"""The decisions from application to confirmation, by the published papers. Pure.

apply → accept → survey → check → assess → notice → confirm | decline
                   ↑─────────── objection ───┘

Which of them a case goes through, and what lies between, stands in its procedure: see `procedure`.
"""

from services.assistance.application.applying import accept, apply, ask_supplement, withdraw
from services.assistance.application.deciding import confirm, decline, ruling_to_decide
from services.assistance.application.inquiring import assess, changed, check, survey, take_step
from services.assistance.application.showing import end_notice, lodge_objection, post_notice

__all__ = [
    "accept",
    "apply",
    "ask_supplement",
    "assess",
    "changed",
    "check",
    "confirm",
    "decline",
    "end_notice",
    "lodge_objection",
    "post_notice",
    "ruling_to_decide",
    "survey",
    "take_step",
    "withdraw",
]
