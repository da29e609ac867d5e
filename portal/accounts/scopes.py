"""What an API token can be limited to. A scope never adds to what its person may do."""

SCOPES: tuple[tuple[str, str], ...] = (
    ("customer:read", "Read customers"),
    ("customer:write", "Create customers"),
    ("onboarding:read", "Read onboardings, sections and customer actions"),
    ("onboarding:write", "Open and cancel onboardings"),
    ("conversation:write", "Comment, and propose and answer decisions"),
    ("request:write", "Send, work on and withdraw service requests"),
    ("intake:write", "Save, submit and withdraw sections"),
    ("review:write", "Approve sections and request changes"),
    ("environment:read", "Read environments, plans, runs, resources and AWS calls"),
    ("run:write", "Request and approve plans; retry, look again at and cancel runs"),
    ("checklist:write", "Sign checklist items and ask for a verification"),
    ("template:write", "Write versions of the checklist and move environments to them"),
    ("handover:read", "Read hand-overs, without credentials"),
    ("handover:write", "Request, release, withdraw, reveal and acknowledge hand-overs"),
    ("members:read", "Read people and invitations"),
    ("members:write", "Invite people, change their role, remove them"),
    ("audit:read", "Read the audit log"),
    ("messages:read", "Read your messages, and how they reach you"),
    ("messages:write", "Mark your messages as read, and choose how they reach you"),
)
SCOPE_NAMES = frozenset(name for name, _ in SCOPES)
