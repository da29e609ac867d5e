"""Addresses of this app's pages."""

from django.urls import path

from onboarding.conversation.views import comments, decisions

urlpatterns = [
    path("onboardings/<str:id>/conversation/", comments.conversation, name="conversation"),
    path("onboardings/<str:id>/decisions/", decisions.decision_list, name="decisions"),
    path("onboardings/<str:id>/decisions/new/", decisions.new, name="decision_new"),
    path("comments/<str:id>/", comments.comment, name="comment"),
    path("comments/<str:id>/take-back/", comments.take_back, name="comment_take_back"),
    path("comments/<str:id>/files/<str:file_id>/", comments.file, name="comment_file"),
    path("decisions/<str:id>/", decisions.decision, name="decision"),
    path("decisions/<str:id>/agree/", decisions.agree, name="decision_agree"),
    path("decisions/<str:id>/decline/", decisions.decline, name="decision_decline"),
    path("decisions/<str:id>/withdraw/", decisions.withdraw, name="decision_withdraw"),
]
