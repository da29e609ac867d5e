"""The provider's portfolio: every onboarding, whose turn it is, and what runs out next."""

from onboarding.portfolio.filters import DUE, STAGES, TURNS, Filters
from onboarding.portfolio.pages import Line, Page, managers, only_one, page, turns_and_days

__all__ = ["DUE", "STAGES", "TURNS", "Filters", "Line", "Page", "managers", "only_one", "page", "turns_and_days"]
