"""What both sides say about an onboarding: comments, attachments and decisions."""
