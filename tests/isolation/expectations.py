"""Who gets what: every address and method, asked by everybody, with the status each of them gets.

The columns: nobody, our viewer, our contributor, our administrator, the other customer's administrator, and of the provider
an account manager, engineer, release approver, auditor and portal administrator. The object asked for is ours. A path's braces
name an object of `world.py`; what a POST sends is in `bodies.py`. What is not listed has to be refused with 405.
"""

TABLES = {
    # The API: people, customers, tokens.
    "api_people": """
        GET    /api/v1/me                                                   401 200 200 200 200 200 200 200 200 200
        GET    /api/v1/customers                                            401 200 200 200 200 200 200 200 200 200
        POST   /api/v1/customers                                            401 403 403 403 403 201 403 403 403 201
        GET    /api/v1/customers/{customer}                                 401 200 200 200 404 200 200 200 200 200
        GET    /api/v1/people/{person}                                      401 200 200 200 404 200 200 200 200 200
        PATCH  /api/v1/people/{colleague}                                   401 404 404 404 404 403 403 403 403 200
        POST   /api/v1/people/{colleague}/closures                          401 404 404 404 404 403 403 403 403 200
        GET    /api/v1/staff                                                401 200 200 200 200 200 200 200 200 200
        GET    /api/v1/members                                              401 200 200 200 200 200 200 200 200 200
        GET    /api/v1/members/{member}                                     401 200 200 200 404 200 200 200 200 200
        PATCH  /api/v1/members/{member}                                     401 403 403 200 404 200 403 403 403 200
        DELETE /api/v1/members/{member}                                     401 403 403 204 404 204 403 403 403 204
        GET    /api/v1/invitations                                          401 200 200 200 200 200 200 200 200 200
        POST   /api/v1/invitations                                          401 403 403 201 400 201 403 403 403 201
        GET    /api/v1/invitations/{invitation}                             401 404 404 200 404 200 200 200 200 200
        DELETE /api/v1/invitations/{invitation}                             401 404 404 204 404 204 403 403 403 204
        GET    /api/v1/tokens                                               401 403 403 403 403 403 403 403 403 403
        POST   /api/v1/tokens                                               401 403 403 403 403 403 403 403 403 403
        GET    /api/v1/tokens/{token}                                       401 403 403 403 403 403 403 403 403 403
        DELETE /api/v1/tokens/{token}                                       401 403 403 403 403 403 403 403 403 403
    """,
    # The API: one's own messages, and how they reach one.
    "api_messages": """
        GET    /api/v1/messages                                             401 200 200 200 200 200 200 200 200 200
        POST   /api/v1/me/message-reads                                     401 200 200 200 200 200 200 200 200 200
        GET    /api/v1/messages/{notice}                                    401 200 404 404 404 404 404 404 404 404
        POST   /api/v1/messages/{notice}/reads                              401 200 404 404 404 404 404 404 404 404
        GET    /api/v1/me/notification-preferences                          401 200 200 200 200 200 200 200 200 200
        PATCH  /api/v1/me/notification-preferences                          401 200 200 200 200 200 200 200 200 200
        POST   /api/v1/me/address-retries                                   401 409 409 200 200 409 409 409 409 409
    """,
    # The API: onboardings and intake.
    "api_onboarding": """
        GET    /api/v1/onboardings                                          401 200 200 200 200 200 200 200 200 200
        POST   /api/v1/onboardings                                          401 400 400 400 400 201 403 403 403 201
        GET    /api/v1/onboardings/{onboarding}                             401 200 200 200 404 200 200 200 200 200
        POST   /api/v1/onboardings/{onboarding}/submissions                 401 403 400 400 404 400 400 403 403 400
        GET    /api/v1/onboardings/{onboarding}/suggestions                 401 200 200 200 404 200 200 200 200 200
        POST   /api/v1/onboardings/{onboarding}/suggestion-acceptances      401 403 409 409 404 409 409 403 403 409
        GET    /api/v1/onboardings/{onboarding}/answers                     401 200 200 200 404 200 200 200 200 200
        POST   /api/v1/onboardings/{onboarding}/answers                     401 403 200 200 404 200 200 403 403 200
        POST   /api/v1/onboardings/{fresh_onboarding}/copies                401 403 200 200 404 200 200 403 403 200
        POST   /api/v1/onboardings/{onboarding}/cancellations               401 403 403 403 404 200 403 403 403 200
        GET    /api/v1/onboardings/{onboarding}/port-matrix                 401 200 200 200 404 200 200 200 200 200
        POST   /api/v1/onboardings/{onboarding}/port-openings               401 403 400 400 404 403 403 403 403 403
        GET    /api/v1/sections                                             401 200 200 200 200 200 200 200 200 200
        GET    /api/v1/sections/{section}                                   401 200 200 200 404 200 200 200 200 200
        PATCH  /api/v1/sections/{section}                                   401 403 200 200 404 200 200 403 403 200
        POST   /api/v1/sections/{section}/submissions                       401 403 200 200 404 200 200 403 403 200
        GET    /api/v1/sections/{section}/asks                              401 200 200 200 404 200 200 200 200 200
        POST   /api/v1/sections/{section}/asks                              401 403 201 201 404 201 201 403 403 201
        DELETE /api/v1/sections/{asked_section}/asks                        401 403 204 204 404 204 204 403 403 204
        GET    /api/v1/section-asks                                         401 200 200 200 200 200 200 200 200 200
        POST   /api/v1/sections/{submitted_section}/withdrawals             401 403 200 200 404 200 200 403 403 200
        GET    /api/v1/sections/{submitted_section}/review                  401 403 403 403 404 200 200 403 403 200
        PUT    /api/v1/sections/{submitted_section}/review                  401 403 403 403 404 200 200 403 403 200
        POST   /api/v1/sections/{submitted_section}/reviews                 401 403 403 403 404 200 200 403 403 200
        POST   /api/v1/sections/{submitted_section}/approvals               401 403 403 403 404 200 200 403 403 200
        POST   /api/v1/sections/{submitted_section}/change-requests         401 403 403 403 404 200 200 403 403 200
        POST   /api/v1/sections/{returned_section}/reopenings               401 403 200 200 404 200 200 403 403 200
        GET    /api/v1/review-policies                                      401 403 403 403 403 200 200 200 200 200
        GET    /api/v1/review-policies/dns                                  401 403 403 403 403 200 200 200 200 200
        PUT    /api/v1/review-policies/dns                                  401 403 403 403 403 403 403 403 403 200
        GET    /api/v1/sections/{submitted_section}/checks                  401 200 200 200 404 200 200 200 200 200
        POST   /api/v1/sections/{submitted_section}/checks                  401 403 202 202 404 202 202 403 403 202
        GET    /api/v1/onboardings/{onboarding}/access-templates            401 200 200 200 404 200 200 200 200 200
        POST   /api/v1/onboardings/{onboarding}/stand-in-roles              401 404 404 404 404 404 404 404 404 404
        GET    /api/v1/checks                                               401 200 200 200 200 200 200 200 200 200
        GET    /api/v1/checks/{check}                                       401 200 200 200 404 200 200 200 200 200
        POST   /api/v1/checks/{check}/confirmations                         401 403 201 201 404 201 201 403 403 201
        GET    /api/v1/intake-sections                                      401 200 200 200 200 200 200 200 200 200
        GET    /api/v1/intake-sections/dns                                  401 200 200 200 200 200 200 200 200 200
        GET    /api/v1/customer-actions                                     401 200 200 200 200 200 200 200 200 200
        GET    /api/v1/customer-actions/{action}                            401 200 200 200 404 200 200 200 200 200
        POST   /api/v1/customer-actions/{action}/observations               401 403 202 202 404 202 202 202 403 202
        POST   /api/v1/customer-actions/{expired_action}/new-requests       401 403 202 202 404 403 202 403 403 202
    """,
    # The API: what both sides say, decide and ask for; what is internal is not there for the customer.
    "api_conversation": """
        GET    /api/v1/onboardings/{live_onboarding}/comments               401 200 200 200 404 200 200 200 200 200
        POST   /api/v1/onboardings/{live_onboarding}/comments               401 403 201 201 404 201 201 201 403 201
        GET    /api/v1/comments/{comment}                                   401 200 200 200 404 200 200 200 200 200
        PATCH  /api/v1/comments/{comment}                                   401 403 200 403 404 403 403 403 403 403
        DELETE /api/v1/comments/{comment}                                   401 403 200 403 404 200 403 403 403 200
        GET    /api/v1/comments/{comment}/files/{file}                      401 200 200 200 404 200 200 200 200 200
        GET    /api/v1/comments/{internal_comment}                          401 404 404 404 404 200 200 200 200 200
        PATCH  /api/v1/comments/{internal_comment}                          401 404 404 404 404 200 403 403 403 403
        DELETE /api/v1/comments/{internal_comment}                          401 404 404 404 404 200 403 403 403 200
        GET    /api/v1/comments/{internal_comment}/files/{internal_file}    401 404 404 404 404 200 200 200 200 200
        GET    /api/v1/comments/{whispered}                                 401 404 404 404 404 200 200 200 200 200
        GET    /api/v1/onboardings/{live_onboarding}/decisions              401 200 200 200 404 200 200 200 200 200
        POST   /api/v1/onboardings/{live_onboarding}/decisions              401 403 201 201 404 201 403 403 403 201
        GET    /api/v1/decisions/{decision}                                 401 200 200 200 404 200 200 200 200 200
        POST   /api/v1/decisions/{decision}/agreements                      401 403 200 200 404 403 403 403 403 403
        POST   /api/v1/decisions/{decision}/refusals                        401 403 200 200 404 403 403 403 403 403
        POST   /api/v1/decisions/{decision}/withdrawals                     401 403 403 403 404 200 403 403 403 200
        GET    /api/v1/service-requests                                     401 200 200 200 200 200 200 200 200 200
        POST   /api/v1/service-requests                                     401 403 201 201 400 201 201 403 403 201
        GET    /api/v1/service-requests/{request}                           401 200 200 200 404 200 200 200 200 200
        POST   /api/v1/service-requests/{request}/assignments               401 403 403 403 404 200 200 403 403 200
        POST   /api/v1/service-requests/{request}/completions               401 403 403 403 404 200 200 403 403 200
        POST   /api/v1/service-requests/{request}/refusals                  401 403 403 403 404 200 200 403 403 200
        POST   /api/v1/service-requests/{request}/routings                  401 403 403 403 404 200 200 403 403 200
        POST   /api/v1/service-requests/{request}/withdrawals               401 403 200 200 404 200 200 403 403 200
        GET    /api/v1/service-requests/{request}/comments                  401 200 200 200 404 200 200 200 200 200
        POST   /api/v1/service-requests/{request}/comments                  401 403 201 201 404 201 201 201 403 201
        GET    /api/v1/service-request-kinds                                401 200 200 200 200 200 200 200 200 200
        GET    /api/v1/responsibilities                                     401 200 200 200 200 200 200 200 200 200
    """,
    # The API: clocks, and the calendars they count by.
    "api_clocks": """
        GET    /api/v1/onboardings/{onboarding}/clocks                      401 200 200 200 404 200 200 200 200 200
        GET    /api/v1/clocks/{clock}                                       401 200 200 200 404 200 200 200 200 200
        POST   /api/v1/clocks/{clock}/corrections                           401 403 403 403 404 201 403 403 403 201
        GET    /api/v1/working-calendars                                    401 403 403 403 403 200 200 200 200 200
        POST   /api/v1/working-calendars                                    401 403 403 403 403 403 403 403 403 201
        GET    /api/v1/working-calendars/around_the_clock                   401 403 403 403 403 200 200 200 200 200
        PUT    /api/v1/working-calendars/around_the_clock                   401 403 403 403 403 403 403 403 403 200
    """,
    # The API: environments, plans, runs, checklist.
    "api_environments": """
        GET    /api/v1/environments                                         401 200 200 200 200 200 200 200 200 200
        GET    /api/v1/environments/{environment}                           401 200 200 200 404 200 200 200 200 200
        GET    /api/v1/environments/{environment}/availability              401 200 200 200 404 200 200 200 200 200
        GET    /api/v1/environments/{environment}/topology                  401 200 200 200 404 200 200 200 200 200
        GET    /api/v1/environments/{environment}/access-template           401 200 200 200 404 200 200 200 200 200
        GET    /api/v1/environments/{environment}/specifications            401 200 200 200 404 200 200 200 200 200
        GET    /api/v1/environments/{environment}/resources                 401 200 200 200 404 200 200 200 200 200
        GET    /api/v1/environments/{environment}/plans                     401 200 200 200 404 200 200 200 200 200
        POST   /api/v1/environments/{environment}/plans                     401 403 403 403 404 202 202 403 403 202
        GET    /api/v1/environments/{environment}/adoptions                 401 200 200 200 404 200 200 200 200 200
        POST   /api/v1/environments/{environment}/tear-downs                401 403 403 403 404 403 202 403 403 202
        GET    /api/v1/environments/{environment}/drift-checks              401 200 200 200 404 200 200 200 200 200
        POST   /api/v1/environments/{provisioned}/drift-checks              401 403 202 202 404 202 202 202 403 202
        POST   /api/v1/environments/{provisioned}/verifications             401 403 202 202 404 202 202 202 403 202
        POST   /api/v1/environments/{environment}/stand-in-roles            401 404 404 404 404 404 404 404 404 404
        POST   /api/v1/environments/{environment}/stand-in-acceptances      401 404 404 404 404 404 404 404 404 404
        POST   /api/v1/environments/{environment}/stand-in-tunnels          401 404 404 404 404 404 404 404 404 404
        POST   /api/v1/environments/{environment}/vpn-configuration-reveals 401 403 200 200 404 403 200 403 403 200
        GET    /api/v1/environments/{environment}/milestones                401 200 200 200 404 200 200 200 200 200
        POST   /api/v1/environments/{environment}/milestones                401 403 409 409 404 403 409 403 403 409
        DELETE /api/v1/environments/{environment}/milestones/ordered        401 403 409 409 404 403 409 403 403 409
        POST   /api/v1/environments/{environment}/stand-in-publications     401 404 404 404 404 404 404 404 404 404
        GET    /api/v1/specifications/{specification}                       401 200 200 200 404 200 200 200 200 200
        GET    /api/v1/checklist-items                                      401 200 200 200 200 200 200 200 200 200
        GET    /api/v1/checklist-items/{item}                               401 200 200 200 404 200 200 200 200 200
        POST   /api/v1/checklist-items/{item}/signatures                    401 403 403 403 404 200 200 403 403 200
        POST   /api/v1/checklist-items/{own_item}/signatures                401 403 200 200 404 403 403 403 403 403
        DELETE /api/v1/checklist-items/{signed_item}/signatures             401 403 403 403 404 200 200 403 403 200
        POST   /api/v1/checklist-items/{waiting_item}/confirmations         401 403 403 403 404 200 200 403 403 200
        GET    /api/v1/checklist-items/{signed_item}/file                   401 200 200 200 404 200 200 200 200 200
        GET    /api/v1/environments/{environment}/test-alerts               401 200 200 200 404 200 200 200 200 200
        POST   /api/v1/environments/{environment}/test-alerts               401 403 403 403 404 403 409 403 403 409
        GET    /api/v1/environments/{environment}/checklist-moves           401 403 403 403 404 200 200 403 403 200
        POST   /api/v1/environments/{environment}/checklist-moves           401 403 403 403 404 204 204 403 403 204
        GET    /api/v1/checklist-templates                                  401 403 403 403 403 200 200 200 200 200
        POST   /api/v1/checklist-templates                                  401 403 403 403 403 409 403 403 403 409
        GET    /api/v1/checklist-templates/{draft}                          401 403 403 403 403 200 200 200 200 200
        DELETE /api/v1/checklist-templates/{draft}                          401 403 403 403 403 204 403 403 403 204
        POST   /api/v1/checklist-templates/{draft}/items                    401 403 403 403 403 201 403 403 403 201
        PUT    /api/v1/checklist-templates/{draft}/items/smoke_test_passed  401 403 403 403 403 200 403 403 403 200
        DELETE /api/v1/checklist-templates/{draft}/items/smoke_test_passed  401 403 403 403 403 200 403 403 403 200
        PUT    /api/v1/checklist-templates/{draft}/order                    401 403 403 403 403 400 403 403 403 400
        POST   /api/v1/checklist-templates/{draft}/publications             401 403 403 403 403 200 403 403 403 200
        GET    /api/v1/plans                                                401 200 200 200 200 200 200 200 200 200
        GET    /api/v1/plans/{plan}                                         401 200 200 200 404 200 200 200 200 200
        POST   /api/v1/plans/{plan}/approvals                               401 403 403 403 404 403 202 403 403 202
        POST   /api/v1/plans/{plan}/adoptions                               401 403 403 403 404 403 409 403 403 409
        GET    /api/v1/runs                                                 401 200 200 200 200 200 200 200 200 200
        GET    /api/v1/runs/{run}                                           401 200 200 200 404 200 200 200 200 200
        GET    /api/v1/runs/{run}/aws-calls                                 401 200 200 200 404 200 200 200 200 200
        POST   /api/v1/runs/{stopped_run}/retries                           401 403 403 403 404 403 202 403 403 202
        POST   /api/v1/runs/{waiting_run}/observations                      401 403 202 202 404 202 202 202 403 202
        POST   /api/v1/runs/{waiting_run}/pauses                            401 403 403 403 404 403 200 403 403 200
        POST   /api/v1/runs/{paused_run}/resumptions                        401 403 403 403 404 403 202 403 403 202
        POST   /api/v1/runs/{waiting_run}/cancellations                     401 403 403 403 404 403 200 403 403 200
    """,
    # The API: hand-overs, the audit record, the contract.
    "api_hand_over": """
        GET    /api/v1/backup-policies                                      401 200 200 200 200 200 200 200 200 200
        GET    /api/v1/backup-policies/{backup_policy}                      401 200 200 200 404 200 200 200 200 200
        POST   /api/v1/environments/{ready}/hand-overs                      401 403 403 403 404 201 201 403 403 201
        GET    /api/v1/environments/{environment}/hand-over-pack            401 200 200 200 404 200 200 200 200 200
        POST   /api/v1/environments/{environment}/hand-over-pack/downloads  401 200 200 200 404 200 200 200 200 200
        GET    /api/v1/hand-overs                                           401 200 200 200 200 200 200 200 200 200
        GET    /api/v1/hand-overs/{hand_over}                               401 200 200 200 404 200 200 200 200 200
        POST   /api/v1/hand-overs/{hand_over}/releases                      401 403 403 403 404 403 403 200 403 403
        POST   /api/v1/hand-overs/{hand_over}/withdrawals                   401 403 403 200 404 200 200 200 403 200
        POST   /api/v1/hand-overs/{released}/reveals                        401 403 200 403 404 403 403 403 403 403
        POST   /api/v1/hand-overs/{revealed}/acknowledgements               401 403 200 403 404 403 403 403 403 403
        GET    /api/v1/audit-events                                         401 403 403 200 200 200 200 200 200 200
        GET    /api/v1/audit-events/{audit_event}                           401 404 404 200 404 200 200 200 200 200
        GET    /api/v1/audit-chains                                         401 403 403 200 200 200 200 200 200 200
        GET    /api/v1/openapi.json                                         401 200 200 200 200 200 200 200 200 200
        GET    /api/v1/docs/                                                302 302 302 302 302 302 302 302 302 302
        GET    /api/v1/nothing                                              404 404 404 404 404 404 404 404 404 404
    """,
    # Pages: onboardings, intake, review.
    "pages_onboarding": """
        GET    /                                                            302 302 302 302 302 302 302 302 302 302
        GET    /onboardings/                                                302 200 200 200 200 200 200 200 200 200
        GET    /onboardings/new/                                            302 403 403 403 403 200 403 403 403 200
        POST   /onboardings/new/                                            302 403 403 403 403 302 403 403 403 302
        GET    /onboardings/{onboarding}/                                   302 200 200 200 404 200 200 200 200 200
        GET    /onboardings/{onboarding}/cancel/                            302 403 403 403 404 200 403 403 403 200
        POST   /onboardings/{onboarding}/cancel/                            302 403 403 403 404 302 403 403 403 302
        GET    /onboardings/{onboarding}/check/                             302 200 200 200 404 200 200 200 200 200
        POST   /onboardings/{onboarding}/check/                             302 403 422 422 404 422 422 403 403 422
        POST   /onboardings/{onboarding}/suggestions/                       302 403 409 409 404 409 409 403 403 409
        GET    /onboardings/{onboarding}/ports/                             302 200 200 200 404 200 200 200 200 200
        POST   /onboardings/{onboarding}/ports/                             302 403 400 400 404 403 403 403 403 403
        GET    /onboardings/{onboarding}/ports.csv                          302 200 200 200 404 200 200 200 200 200
        GET    /onboardings/{onboarding}/answers/                           302 200 200 200 404 200 200 200 200 200
        POST   /onboardings/{onboarding}/answers/                           302 403 200 200 404 200 200 403 403 200
        GET    /onboardings/{onboarding}/answers.yaml                       302 200 200 200 404 200 200 200 200 200
        GET    /onboardings/{fresh_onboarding}/copy/                        302 403 200 200 404 200 200 403 403 200
        POST   /onboardings/{fresh_onboarding}/copy/                        302 403 302 302 404 302 302 403 403 302
        GET    /onboardings/{onboarding}/review/                            302 403 403 403 404 200 200 200 200 200
        GET    /onboardings/{onboarding}/review/ntp/                        302 403 403 403 404 200 200 200 200 200
        POST   /onboardings/{onboarding}/review/ntp/                        302 403 403 403 404 302 302 403 403 302
        POST   /onboardings/{onboarding}/review/ntp/reopen/                 302 403 403 403 404 302 302 403 403 302
        POST   /onboardings/{onboarding}/sections/logs/reopen/              302 403 302 302 404 302 302 403 403 302
        GET    /review-policies/                                            302 403 403 403 403 200 200 200 200 200
        GET    /review-policies/dns/                                        302 403 403 403 403 403 403 403 403 200
        POST   /review-policies/dns/                                        302 403 403 403 403 403 403 403 403 302
        GET    /onboardings/{onboarding}/sections/dns/                      302 200 200 200 404 200 200 200 200 200
        POST   /onboardings/{onboarding}/sections/dns/                      302 403 302 302 404 302 302 403 403 302
        POST   /onboardings/{onboarding}/sections/dns/ask/                  302 403 302 302 404 302 302 403 403 302
        POST   /onboardings/{onboarding}/sections/backup/ask/take-back/     302 403 302 302 404 302 302 403 403 302
        POST   /onboardings/{onboarding}/sections/ntp/withdraw/             302 403 302 302 404 302 302 403 403 302
        GET    /onboardings/{onboarding}/sections/ntp/checks/               302 302 302 302 404 302 302 302 302 302
        POST   /onboardings/{onboarding}/sections/ntp/checks/               302 403 302 302 404 302 302 403 403 302
        GET    /onboardings/{onboarding}/access-template/{account_id}/      302 200 200 200 404 200 200 200 200 200
        POST   /onboardings/{onboarding}/access-template/{account_id}/stand-in-role/ 302 404 404 404 404 404 404 404 404 404
        POST   /checks/{check}/confirm/                                     302 403 302 302 404 302 302 403 403 302
        GET    /actions/                                                    302 200 200 200 200 200 200 200 200 200
        GET    /actions/{action}/                                           302 200 200 200 404 200 200 200 200 200
        POST   /actions/{action}/look/                                      302 403 302 302 404 302 302 302 403 302
        POST   /actions/{expired_action}/new-request/                       302 403 302 302 404 403 302 403 403 302
        GET    /look/{look_token}/                                          200 200 200 200 200 200 200 200 200 200
        POST   /look/{look_token}/                                          200 200 200 200 200 200 200 200 200 200
    """,
    # Pages: environments.
    "pages_environments": """
        GET    /environments/                                               302 200 200 200 200 200 200 200 200 200
        GET    /environments/{environment}/                                 302 200 200 200 404 200 200 200 200 200
        GET    /environments/{environment}/access-template/                 302 200 200 200 404 200 200 200 200 200
        GET    /environments/{environment}/checklist/                       302 200 200 200 404 200 200 200 200 200
        POST   /environments/{provisioned}/verify/                          302 403 302 302 404 302 302 302 403 302
        GET    /environments/{environment}/plans/                           302 200 200 200 404 200 200 200 200 200
        POST   /environments/{environment}/plans/                           302 403 403 403 404 302 302 403 403 302
        GET    /environments/{environment}/drift/                           302 200 200 200 404 200 200 200 200 200
        POST   /environments/{provisioned}/drift/                           302 403 302 302 404 302 302 302 403 302
        GET    /environments/{environment}/tear-down/                       302 403 403 403 404 403 200 403 403 200
        POST   /environments/{environment}/tear-down/                       302 403 403 403 404 403 302 403 403 302
        GET    /environments/{ready}/reset/                                 302 403 403 403 404 403 200 403 403 200
        POST   /environments/{ready}/reset/                                 302 403 403 403 404 403 302 403 403 302
        GET    /environments/{environment}/runs/                            302 200 200 200 404 200 200 200 200 200
        GET    /environments/{environment}/resources/                       302 200 200 200 404 200 200 200 200 200
        POST   /environments/{environment}/stand-in/role/                   302 404 404 404 404 404 404 404 404 404
        POST   /environments/{environment}/stand-in/peering/                302 404 404 404 404 404 404 404 404 404
        POST   /environments/{environment}/stand-in/tunnels/                302 404 404 404 404 404 404 404 404 404
        GET    /environments/{environment}/data-centre/                     302 200 200 200 404 200 200 200 200 200
        POST   /environments/{environment}/data-centre/configuration/       302 403 200 200 404 403 200 403 403 200
        POST   /environments/{environment}/data-centre/milestones/          302 403 409 409 404 403 409 403 403 409
        POST   /environments/{environment}/data-centre/milestones/ordered/take-back/ 302 403 409 409 404 403 409 403 403 409
        POST   /environments/{environment}/stand-in/records/                302 404 404 404 404 404 404 404 404 404
        POST   /checklist-items/{item}/sign/                                302 403 403 403 404 302 302 403 403 302
        POST   /checklist-items/{own_item}/sign/                            302 403 302 302 404 403 403 403 403 403
        POST   /checklist-items/{signed_item}/unsign/                       302 403 403 403 404 302 302 403 403 302
        POST   /checklist-items/{waiting_item}/confirm/                     302 403 403 403 404 302 302 403 403 302
        GET    /checklist-items/{signed_item}/file/                         302 200 200 200 404 200 200 200 200 200
        POST   /environments/{environment}/test-alerts/                     302 403 403 403 404 403 302 403 403 302
        GET    /test-alerts/{alert_token}/                                  200 200 200 200 200 200 200 200 200 200
        POST   /test-alerts/{alert_token}/                                  200 200 200 200 200 200 200 200 200 200
        GET    /environments/{environment}/checklist/move/                  302 403 403 403 404 200 200 403 403 200
        POST   /environments/{environment}/checklist/move/                  302 403 403 403 404 302 302 403 403 302
        GET    /checklist-templates/                                        302 403 403 403 403 200 200 200 200 200
        POST   /checklist-templates/                                        302 403 403 403 403 409 403 403 403 409
        GET    /checklist-templates/{draft}/                                302 403 403 403 403 200 200 200 200 200
        GET    /checklist-templates/{draft}/items/                          302 403 403 403 403 200 403 403 403 200
        POST   /checklist-templates/{draft}/items/                          302 403 403 403 403 302 403 403 403 302
        GET    /checklist-templates/{draft}/items/smoke_test_passed/        302 403 403 403 403 200 403 403 403 200
        POST   /checklist-templates/{draft}/items/smoke_test_passed/        302 403 403 403 403 302 403 403 403 302
        POST   /checklist-templates/{draft}/items/smoke_test_passed/remove/ 302 403 403 403 403 302 403 403 403 302
        POST   /checklist-templates/{draft}/items/smoke_test_passed/shift/  302 403 403 403 403 302 403 403 403 302
        POST   /checklist-templates/{draft}/publish/                        302 403 403 403 403 302 403 403 403 302
        POST   /checklist-templates/{draft}/discard/                        302 403 403 403 403 302 403 403 403 302
        GET    /plans/{plan}/                                               302 200 200 200 404 200 200 200 200 200
        POST   /plans/{plan}/approve/                                       302 403 403 403 404 403 302 403 403 302
        POST   /plans/{plan}/adopt/                                         302 403 403 403 404 403 409 403 403 409
        GET    /runs/{run}/                                                 302 200 200 200 404 200 200 200 200 200
        GET    /runs/{run}/live/                                            302 200 200 200 404 200 200 200 200 200
        POST   /runs/{stopped_run}/retry/                                   302 403 403 403 404 403 302 403 403 302
        POST   /runs/{waiting_run}/look-again/                              302 403 302 302 404 302 302 302 403 302
        GET    /runs/{waiting_run}/pause/                                   302 403 403 403 404 403 200 403 403 200
        POST   /runs/{waiting_run}/pause/                                   302 403 403 403 404 403 302 403 403 302
        POST   /runs/{paused_run}/resume/                                   302 403 403 403 404 403 302 403 403 302
        POST   /runs/{waiting_run}/cancel/                                  302 403 403 403 404 403 302 403 403 302
    """,
    # Pages: clocks, and the calendars they count by.
    "pages_clocks": """
        GET    /onboardings/{onboarding}/timeline/                          302 200 200 200 404 200 200 200 200 200
        GET    /clocks/{clock}/correct/                                     302 403 403 403 404 200 403 403 403 200
        POST   /clocks/{clock}/correct/                                     302 403 403 403 404 302 403 403 403 302
        GET    /working-calendars/                                          302 403 403 403 403 200 200 200 200 200
        GET    /working-calendars/new/                                      302 403 403 403 403 403 403 403 403 200
        POST   /working-calendars/new/                                      302 403 403 403 403 403 403 403 403 302
        GET    /working-calendars/around_the_clock/                         302 403 403 403 403 403 403 403 403 200
        POST   /working-calendars/around_the_clock/                         302 403 403 403 403 403 403 403 403 302
    """,
    # Pages: hand-overs.
    "pages_hand_over": """
        GET    /environments/{environment}/hand-over-pack/                  302 200 200 200 404 200 200 200 200 200
        POST   /environments/{environment}/hand-over-pack/download/         302 200 200 200 404 200 200 200 200 200
        GET    /environments/{ready}/hand-over/                             302 403 403 403 404 200 200 403 403 200
        POST   /environments/{ready}/hand-over/                             302 403 403 403 404 302 302 403 403 302
        GET    /hand-overs/{hand_over}/                                     302 200 200 200 404 200 200 200 200 200
        POST   /hand-overs/{hand_over}/release/                             302 403 403 403 404 403 403 302 403 403
        POST   /hand-overs/{hand_over}/withdraw/                            302 403 403 302 404 302 302 302 403 302
        POST   /hand-overs/{released}/reveal/                               302 403 200 403 404 403 403 403 403 403
        POST   /hand-overs/{revealed}/acknowledge/                          302 403 302 403 404 403 403 403 403 403
    """,
    # Pages: signing in, health and what is around.
    "pages_conversation": """
        GET    /onboardings/{live_onboarding}/conversation/                 302 200 200 200 404 200 200 200 200 200
        POST   /onboardings/{live_onboarding}/conversation/                 302 403 302 302 404 302 302 302 403 302
        GET    /comments/{comment}/                                         302 403 200 403 404 403 403 403 403 403
        POST   /comments/{comment}/                                         302 403 302 403 404 403 403 403 403 403
        POST   /comments/{comment}/take-back/                               302 403 302 403 404 302 403 403 403 302
        GET    /comments/{comment}/files/{file}/                            302 200 200 200 404 200 200 200 200 200
        GET    /comments/{internal_comment}/                                302 404 404 404 404 200 403 403 403 403
        POST   /comments/{internal_comment}/take-back/                      302 404 404 404 404 302 403 403 403 302
        GET    /comments/{internal_comment}/files/{internal_file}/          302 404 404 404 404 200 200 200 200 200
        GET    /onboardings/{live_onboarding}/decisions/                    302 200 200 200 404 200 200 200 200 200
        GET    /onboardings/{live_onboarding}/decisions/new/                302 403 200 200 404 200 403 403 403 200
        POST   /onboardings/{live_onboarding}/decisions/new/                302 403 302 302 404 302 403 403 403 302
        GET    /decisions/{decision}/                                       302 200 200 200 404 200 200 200 200 200
        POST   /decisions/{decision}/agree/                                 302 403 302 302 404 403 403 403 403 403
        POST   /decisions/{decision}/decline/                               302 403 302 302 404 403 403 403 403 403
        POST   /decisions/{decision}/withdraw/                              302 403 403 403 404 302 403 403 403 302
        GET    /requests/                                                   302 200 200 200 200 200 200 200 200 200
        GET    /requests/new/                                               302 403 200 200 200 200 200 403 403 200
        POST   /requests/new/                                               302 403 302 302 404 302 302 403 403 302
        GET    /requests/{request}/                                         302 200 200 200 404 200 200 200 200 200
        POST   /requests/{request}/                                         302 403 302 302 404 302 302 302 403 302
        POST   /requests/{request}/take/                                    302 403 403 403 404 302 302 403 403 302
        POST   /requests/{request}/finish/                                  302 403 403 403 404 302 302 403 403 302
        POST   /requests/{request}/decline/                                 302 403 403 403 404 302 302 403 403 302
        POST   /requests/{request}/route/                                   302 403 403 403 404 302 302 403 403 302
        POST   /requests/{request}/withdraw/                                302 403 302 302 404 302 302 403 403 302
        GET    /responsibilities/                                           302 200 200 200 200 200 200 200 200 200
    """,
    "pages_around": """
        GET    /styleguide/                                                 302 404 404 404 404 200 200 200 200 200
        POST   /theme/                                                      302 302 302 302 302 302 302 302 302 302
        GET    /account/login/                                              200 302 302 302 302 302 302 302 302 302
        POST   /account/login/                                              200 302 302 302 302 302 302 302 302 302
        GET    /account/logout/                                             302 200 200 200 200 200 200 200 200 200
        POST   /account/logout/                                             302 302 302 302 302 302 302 302 302 302
        GET    /account/password/change/                                    302 302 302 302 302 302 302 302 302 302
        POST   /account/password/change/                                    302 302 302 302 302 302 302 302 302 302
        GET    /account/password/reset/                                     200 200 200 200 200 200 200 200 200 200
        POST   /account/password/reset/                                     200 200 200 200 200 200 200 200 200 200
        GET    /account/password/reset/done/                                200 200 200 200 200 200 200 200 200 200
        GET    /account/password/reset/key/0-set-password/                  200 200 200 200 200 200 200 200 200 200
        POST   /account/password/reset/key/0-set-password/                  200 200 200 200 200 200 200 200 200 200
        GET    /account/password/reset/key/done/                            200 200 200 200 200 200 200 200 200 200
        GET    /account/inactive/                                           200 200 200 200 200 200 200 200 200 200
        GET    /account/reauthenticate/                                     302 302 302 302 302 302 302 302 302 302
        POST   /account/reauthenticate/                                     302 302 302 302 302 302 302 302 302 302
        GET    /account/signup/                                             200 200 200 200 200 200 200 200 200 200
        POST   /account/signup/                                             200 200 200 200 200 200 200 200 200 200
        GET    /health/live                                                 200 200 200 200 200 200 200 200 200 200
        GET    /health/ready                                                200 200 200 200 200 200 200 200 200 200
    """,
    # Pages: customers, people, tokens.
    "pages_people": """
        GET    /customers/                                                  302 403 403 403 403 200 200 200 200 200
        GET    /customers/new/                                              302 403 403 403 403 200 403 403 403 200
        POST   /customers/new/                                              302 403 403 403 403 302 403 403 403 302
        GET    /customers/{customer}/                                       302 200 200 200 404 200 200 200 200 200
        GET    /people/                                                     302 200 200 200 200 200 200 200 200 200
        POST   /memberships/{member}/role/                                  302 403 403 302 404 302 403 403 403 302
        POST   /memberships/{member}/remove/                                302 403 403 302 404 302 403 403 403 302
        POST   /people/{colleague}/role/                                    302 404 404 404 404 403 403 403 403 302
        POST   /people/{colleague}/close/                                   302 404 404 404 404 403 403 403 403 302
        POST   /invitations/new/                                            302 403 403 302 404 302 403 403 403 302
        POST   /invitations/{invitation}/revoke/                            302 404 404 302 404 302 403 403 403 302
        GET    /invitations/no-such-token/                                  404 404 404 404 404 404 404 404 404 404
        POST   /invitations/no-such-token/                                  404 404 404 404 404 404 404 404 404 404
        GET    /settings/                                                   302 200 200 200 200 200 200 200 200 200
        GET    /settings/tokens/new/                                        302 200 200 200 200 200 200 200 200 200
        POST   /settings/tokens/new/                                        302 200 200 200 200 200 200 200 200 200
        POST   /settings/tokens/{token}/revoke/                             302 404 404 302 404 404 404 404 404 404
    """,
    # Pages: one's own messages, and the digest's way out, which needs no log-in.
    "pages_messages": """
        GET    /messages/                                                   302 200 200 200 200 200 200 200 200 200
        POST   /messages/read/                                              302 302 302 302 302 302 302 302 302 302
        POST   /messages/{notice}/read/                                     302 302 404 404 404 404 404 404 404 404
        GET    /settings/messages/                                          302 200 200 200 200 200 200 200 200 200
        POST   /settings/messages/                                          302 302 302 302 302 302 302 302 302 302
        POST   /settings/messages/address/                                  302 409 409 302 302 409 409 409 409 409
        GET    /digest/off/{digest_token}/                                  200 200 200 200 200 200 200 200 200 200
        POST   /digest/off/{digest_token}/                                  200 200 200 200 200 200 200 200 200 200
        GET    /digest/off/no-such-token/                                   404 404 404 404 404 404 404 404 404 404
        POST   /digest/off/no-such-token/                                   404 404 404 404 404 404 404 404 404 404
    """,
    # Pages: the audit log, and the mailbox, which stands open where mail is caught instead of sent.
    "pages_audit": """
        GET    /audit/                                                      302 403 403 200 200 200 200 200 200 200
        GET    /audit/chains/                                               302 403 403 200 200 200 200 200 200 200
        GET    /audit/export.csv                                            302 403 403 200 200 200 200 200 200 200
        GET    /audit/export.json                                           302 403 403 200 200 200 200 200 200 200
        GET    /mailbox/                                                    200 200 200 200 200 200 200 200 200 200
        GET    /mailbox/{mail}/                                             200 200 200 200 200 200 200 200 200 200
    """,
    # The portfolio, forecasts and reports.
    "reports": """
        POST   /api/v1/onboarding-assignments                               401 403 403 403 403 200 403 403 403 200
        GET    /api/v1/portfolio-views                                      401 403 403 403 403 200 200 200 200 200
        POST   /api/v1/portfolio-views                                      401 403 403 403 403 201 201 201 201 201
        GET    /api/v1/portfolio-views/{saved_view}                         401 403 403 403 403 200 200 200 200 200
        PATCH  /api/v1/portfolio-views/{saved_view}                         401 403 403 403 403 200 403 403 403 200
        DELETE /api/v1/portfolio-views/{saved_view}                         401 403 403 403 403 204 403 403 403 204
        GET    /api/v1/onboardings/{onboarding}/forecast                    401 200 200 200 404 200 200 200 200 200
        GET    /api/v1/reports                                              401 403 403 403 403 200 200 200 200 200
        GET    /api/v1/reports/clocks                                       401 403 403 403 403 200 200 200 200 200
        GET    /portfolio/assignments/                                      302 403 403 403 403 200 403 403 403 200
        POST   /portfolio/assignments/                                      302 403 403 403 403 302 403 403 403 302
        POST   /portfolio/views/                                            302 403 403 403 403 302 302 302 302 302
        GET    /portfolio/views/{saved_view}/                               302 404 404 404 404 200 403 403 403 200
        POST   /portfolio/views/{saved_view}/                               302 404 404 404 404 302 403 403 403 302
        POST   /portfolio/views/{saved_view}/delete/                        302 404 404 404 404 302 403 403 403 302
        GET    /reports/                                                    302 403 403 403 403 200 200 200 200 200
        GET    /reports/clocks.csv                                          302 403 403 403 403 200 200 200 200 200
    """,
}
