"""Addresses of this app in the API."""

from django.urls import path

from onboarding.conversation.api import views

urlpatterns = [
    path("onboardings/<id:id>/comments", views.OnboardingComments.as_view(), name="api_comments"),
    path("comments/<id:id>", views.Comment.as_view(), name="api_comment"),
    path("comments/<id:id>/files/<id:file_id>", views.CommentFile.as_view(), name="api_comment_file"),
    path("onboardings/<id:id>/decisions", views.OnboardingDecisions.as_view(), name="api_decisions"),
    path("decisions/<id:id>", views.Decision.as_view(), name="api_decision"),
    path("decisions/<id:id>/agreements", views.DecisionAgreements.as_view(), name="api_decision_agreements"),
    path("decisions/<id:id>/refusals", views.DecisionRefusals.as_view(), name="api_decision_refusals"),
    path("decisions/<id:id>/withdrawals", views.DecisionWithdrawals.as_view(), name="api_decision_withdrawals"),
]
