"""The body that an act needs to get as far as its rules, and the revision it was read at. `{name}` stands for an id."""

import json
from typing import Any

from tests.factories.people import PASSWORD
from tests.isolation.world import CLAIM_KEY, DIGEST

BODIES: dict[str, Any] = {
    "POST /api/v1/customers": {"name": "Somebody New"},
    "POST /api/v1/invitations": {"email": "else@new.example", "role": "viewer", "customer": "{customer}"},
    "PATCH /api/v1/members/{member}": {"role": "contributor"},
    "PATCH /api/v1/people/{colleague}": {"staff_role": "auditor"},
    "POST /api/v1/tokens": {"name": "CI", "scopes": ["customer:read"], "days": 1},
    "POST /api/v1/onboardings": {
        "customer": "{customer}",
        "title": "Another platform",
        "account_manager": "{account_manager}",
    },
    "POST /api/v1/onboardings/{onboarding}/answers": {"file": "answers:\n  dns: {choice: own}\n", "dry_run": True},
    "POST /onboardings/{onboarding}/answers/": {"text": "answers:\n  dns: {choice: own}\n"},
    "POST /api/v1/onboardings/{fresh_onboarding}/copies": {"onboarding": "{onboarding}"},
    "POST /onboardings/{fresh_onboarding}/copy/": {"from": "{onboarding}"},
    "PATCH /api/v1/sections/{section}": {"answers": {"choice": "route53", "zone": "new.internal"}},
    "POST /api/v1/checks/{check}/confirmations": {"note": "chronyc shows stratum 2"},
    "POST /checks/{check}/confirm/": {"note": "chronyc shows stratum 2"},
    "POST /api/v1/sections/{submitted_section}/change-requests": {"reason": "Three servers, not two"},
    "PUT /api/v1/sections/{submitted_section}/review": {
        "judgements": [{"pointer": "/answers/choice", "verdict": "approved"}]
    },
    "POST /api/v1/sections/{submitted_section}/reviews": {"approve_rest": True},
    "POST /api/v1/sections/{returned_section}/reopenings": {"answers": ["/answers/forward"], "reason": "It moves"},
    "PUT /api/v1/review-policies/dns": {"approvers": 2, "condition": ""},
    "POST /api/v1/onboardings/{onboarding}/port-openings": {"rows": ["0000000000000000"], "opened": True},
    "POST /api/v1/plans/{plan}/approvals": {"digest": DIGEST},
    "POST /api/v1/plans/{plan}/adoptions": {"aws_id": "sg-0a1b2c3d4e5f60718"},
    "POST /plans/{plan}/adopt/": {"aws_id": "sg-0a1b2c3d4e5f60718"},
    "POST /api/v1/environments/{environment}/tear-downs": {"purpose": "tear_down", "name": "Production"},
    "POST /environments/{environment}/tear-down/": {"name": "Production"},
    "POST /environments/{ready}/reset/": {"name": "Number 4"},
    "POST /api/v1/runs/{waiting_run}/pauses": {"note": "The customer moves its DNS"},
    "POST /api/v1/environments/{environment}/vpn-configuration-reveals": {"password": PASSWORD},
    "POST /api/v1/environments/{environment}/milestones": {
        "key": "ordered",
        "done_on": "2026-01-05",
        "evidence": "order 4711",
    },
    "POST /environments/{environment}/data-centre/configuration/": {"password": PASSWORD},
    "POST /environments/{environment}/data-centre/milestones/": {
        "key": "ordered",
        "done_on": "2026-01-05",
        "evidence": "order 4711",
    },
    "POST /api/v1/checklist-items/{item}/signatures": {"note": "seen"},
    "POST /api/v1/checklist-items/{own_item}/signatures": {"note": "seen"},
    "POST /api/v1/environments/{ready}/hand-overs": {"recipient": "{person}", "reason": "ready"},
    "POST /api/v1/hand-overs/{released}/reveals": {"password": PASSWORD, "claim_key": CLAIM_KEY},
    "POST /onboardings/new/": {
        "customer": "{customer}",
        "title": "Another platform",
        "account_manager": "{account_manager}",
    },
    "POST /onboardings/{onboarding}/sections/dns/": {"choice": "route53", "zone": "new.internal", "revision": "1"},
    "POST /onboardings/{onboarding}/review/ntp/": {"act": "approve_rest", "revision": "2"},
    "POST /onboardings/{onboarding}/review/ntp/reopen/": {"reason": "Three servers, not two", "revision": "2"},
    "POST /onboardings/{onboarding}/sections/logs/reopen/": {
        "answers": "forward",
        "reason": "It moves",
        "revision": "3",
    },
    "POST /review-policies/dns/": {"approvers": "2", "condition": ""},
    "POST /plans/{plan}/approve/": {"digest": DIGEST},
    "POST /runs/{waiting_run}/pause/": {"note": "The customer moves its DNS"},
    "POST /checklist-items/{item}/sign/": {"note": "seen", "revision": "0"},
    "POST /checklist-items/{own_item}/sign/": {"note": "seen", "revision": "0"},
    "POST /checklist-items/{signed_item}/unsign/": {"revision": "1"},
    "POST /environments/{ready}/hand-over/": {"recipient": "{person}", "reason": "ready"},
    "POST /hand-overs/{released}/reveal/": json.dumps({"password": PASSWORD, "claim_key": CLAIM_KEY}),
    "POST /customers/new/": {"name": "Somebody New", "time_zone": "UTC"},
    "POST /memberships/{member}/role/": {"role": "contributor"},
    "POST /people/{colleague}/role/": {"role": "auditor"},
    "POST /invitations/new/": {"email": "else@new.example", "role": "viewer", "customer": "{customer}"},
    "POST /settings/tokens/new/": {"name": "CI", "scopes": "customer:read", "days": "1"},
    "POST /theme/": {"theme": "dark"},
}

IF_MATCH = {
    "PATCH /api/v1/sections/{section}": '"r1"',
    "POST /api/v1/sections/{section}/submissions": '"r1"',
    "POST /api/v1/sections/{submitted_section}/approvals": '"r2"',
    "POST /api/v1/sections/{submitted_section}/change-requests": '"r2"',
    "PUT /api/v1/sections/{submitted_section}/review": '"r2"',
    "POST /api/v1/sections/{submitted_section}/reviews": '"r2"',
    "POST /api/v1/sections/{returned_section}/reopenings": '"r3"',
    "POST /api/v1/checklist-items/{item}/signatures": '"r0"',
    "POST /api/v1/checklist-items/{own_item}/signatures": '"r0"',
    "DELETE /api/v1/checklist-items/{signed_item}/signatures": '"r1"',
}
