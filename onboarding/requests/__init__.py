"""Who answers for what, and what a customer asks for beside the onboarding."""
