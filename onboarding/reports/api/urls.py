"""Addresses of the portfolio and the reports in the API."""

from django.urls import path

from onboarding.reports.api import portfolio_views, report_views

urlpatterns = [
    path("onboarding-assignments", portfolio_views.Assignments.as_view()),
    path("portfolio-views", portfolio_views.PortfolioViews.as_view()),
    path("portfolio-views/<id:id>", portfolio_views.PortfolioView.as_view()),
    path("onboardings/<id:id>/forecast", report_views.Forecast.as_view()),
    path("reports", report_views.Reports.as_view()),
    path("reports/<slug:key>", report_views.OneReport.as_view()),
]
