"""Addresses of the onboarding in the API."""

from django.urls import path

from onboarding.api import check_views, file_views, hand_over_views, port_views, review_views, views

urlpatterns = [
    path("onboardings", views.Onboardings.as_view()),
    path("onboardings/<id:id>", views.Onboarding.as_view()),
    path("onboardings/<id:id>/submissions", views.OnboardingSubmissions.as_view()),
    path("onboardings/<id:id>/cancellations", views.OnboardingCancellations.as_view()),
    path("onboardings/<id:id>/answers", file_views.Answers.as_view()),
    path("onboardings/<id:id>/copies", file_views.Copies.as_view()),
    path("onboardings/<id:id>/port-matrix", port_views.PortMatrix.as_view()),
    path("onboardings/<id:id>/port-openings", port_views.PortOpenings.as_view()),
    path("sections", views.Sections.as_view()),
    path("sections/<id:id>", views.Section.as_view()),
    path("sections/<id:id>/submissions", views.Submissions.as_view()),
    path("sections/<id:id>/withdrawals", views.Withdrawals.as_view()),
    path("sections/<id:id>/review", review_views.ReviewDraft.as_view()),
    path("sections/<id:id>/reviews", review_views.Reviews.as_view()),
    path("sections/<id:id>/approvals", review_views.Approvals.as_view()),
    path("sections/<id:id>/change-requests", review_views.ChangeRequests.as_view()),
    path("sections/<id:id>/reopenings", review_views.Reopenings.as_view()),
    path("review-policies", review_views.ReviewPolicies.as_view()),
    path("review-policies/<slug:key>", review_views.ReviewPolicy.as_view()),
    path("sections/<id:id>/checks", check_views.SectionChecks.as_view()),
    path("onboardings/<id:id>/access-templates", check_views.EarlyTemplates.as_view()),
    path("checks", check_views.Checks.as_view()),
    path("checks/<id:id>", check_views.Check.as_view()),
    path("checks/<id:id>/confirmations", check_views.Confirmations.as_view()),
    path("intake-sections", views.IntakeSections.as_view()),
    path("intake-sections/<slug:key>", views.IntakeSection.as_view()),
    path("customer-actions", views.CustomerActions.as_view()),
    path("environments/<id:id>/hand-overs", hand_over_views.EnvironmentHandOvers.as_view()),
    path("hand-overs", hand_over_views.HandOvers.as_view()),
    path("hand-overs/<id:id>", hand_over_views.HandOver.as_view()),
    path("hand-overs/<id:id>/releases", hand_over_views.Releases.as_view()),
    path("hand-overs/<id:id>/withdrawals", hand_over_views.HandOverWithdrawals.as_view()),
    path("hand-overs/<id:id>/reveals", hand_over_views.Reveals.as_view()),
    path("hand-overs/<id:id>/acknowledgements", hand_over_views.Acknowledgements.as_view()),
]
