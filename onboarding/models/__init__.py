"""From the first question to the hand-over."""

from onboarding.models.checks import Check
from onboarding.models.hand_overs import HandOver
from onboarding.models.onboarding import Onboarding
from onboarding.models.ports import PortOpening
from onboarding.models.reviews import ReviewDraft, ReviewPolicy
from onboarding.models.section_ask import SectionAsk
from onboarding.models.sections import Section, SectionReview

__all__ = [
    "Check",
    "HandOver",
    "Onboarding",
    "PortOpening",
    "ReviewDraft",
    "ReviewPolicy",
    "Section",
    "SectionAsk",
    "SectionReview",
]
