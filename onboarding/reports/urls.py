"""Addresses of this app's pages."""

from django.urls import path

from onboarding.reports.views import portfolio, reports

urlpatterns = [
    path("reports/", reports.reports, name="reports"),
    path("reports/<slug:key>.csv", reports.download, name="report_file"),
    path("portfolio/assignments/", portfolio.assign, name="portfolio_assign"),
    path("portfolio/views/", portfolio.save_view, name="portfolio_view_new"),
    path("portfolio/views/<str:id>/", portfolio.view, name="portfolio_view"),
    path("portfolio/views/<str:id>/delete/", portfolio.delete_view, name="portfolio_view_delete"),
]
