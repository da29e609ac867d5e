"""Addresses of this app's pages."""

from django.urls import path

from onboarding.views import (
    answers,
    asks,
    checks,
    copies,
    early_access,
    files,
    hand_over_requests,
    hand_overs,
    home,
    onboardings,
    ports,
    reopenings,
    review,
    review_policies,
    section_review,
    sections,
)

urlpatterns = [
    path("", home.home, name="home"),
    path("onboardings/", home.onboarding_list, name="onboarding_list"),
    path("onboardings/new/", onboardings.new, name="onboarding_new"),
    path("onboardings/<str:id>/", onboardings.detail, name="onboarding"),
    path("onboardings/<str:id>/cancel/", onboardings.cancel, name="onboarding_cancel"),
    path("onboardings/<str:id>/check/", answers.check, name="check_answers"),
    path("onboardings/<str:id>/suggestions/", answers.accept, name="suggestions_accept"),
    path("onboardings/<str:id>/ports/", ports.ports, name="ports"),
    path("onboardings/<str:id>/ports.<str:kind>", ports.download, name="ports_file"),
    path("onboardings/<str:id>/answers/", files.file, name="answers_file"),
    path("onboardings/<str:id>/answers.<slug:format>", files.download, name="answers_download"),
    path("onboardings/<str:id>/copy/", copies.copy, name="answers_copy"),
    path("onboardings/<str:id>/review/", review.review, name="review"),
    path("onboardings/<str:id>/review/<slug:key>/", section_review.section, name="review_section"),
    path("onboardings/<str:id>/review/<slug:key>/reopen/", section_review.reopen, name="review_reopen"),
    path("onboardings/<str:id>/sections/<slug:key>/", sections.section, name="section"),
    path("onboardings/<str:id>/sections/<slug:key>/withdraw/", sections.withdraw, name="section_withdraw"),
    path("onboardings/<str:id>/sections/<slug:key>/ask/", asks.ask, name="section_ask"),
    path("onboardings/<str:id>/sections/<slug:key>/ask/take-back/", asks.take_back, name="section_ask_take_back"),
    path("onboardings/<str:id>/sections/<slug:key>/checks/", checks.section_checks, name="section_checks"),
    path(
        "onboardings/<str:id>/access-template/<slug:account_id>/", early_access.template, name="intake_access_template"
    ),
    path(
        "onboardings/<str:id>/access-template/<slug:account_id>/stand-in-role/",
        early_access.stand_in_role,
        name="intake_stand_in_role",
    ),
    path("checks/<str:id>/confirm/", checks.confirm, name="check_confirm"),
    path("onboardings/<str:id>/sections/<slug:key>/reopen/", reopenings.reopen, name="section_reopen"),
    path("review-policies/", review_policies.policies, name="review_policies"),
    path("review-policies/<slug:key>/", review_policies.policy, name="review_policy"),
    path("environments/<str:id>/hand-over/", hand_over_requests.new, name="hand_over_new"),
    path("hand-overs/<str:id>/", hand_overs.detail, name="hand_over"),
    path("hand-overs/<str:id>/release/", hand_overs.release, name="hand_over_release"),
    path("hand-overs/<str:id>/withdraw/", hand_overs.withdraw, name="hand_over_withdraw"),
    path("hand-overs/<str:id>/reveal/", hand_overs.reveal, name="hand_over_reveal"),
    path("hand-overs/<str:id>/acknowledge/", hand_overs.acknowledge, name="hand_over_acknowledge"),
]
