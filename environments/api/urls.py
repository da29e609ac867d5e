"""Addresses of environments in the API."""

from django.urls import path

from environments.api import access_views, data_centre_views, run_views, views

urlpatterns = [
    path("environments", views.Environments.as_view()),
    path("environments/<id:id>", views.Environment.as_view()),
    path("environments/<id:id>/topology", views.Topology.as_view()),
    path("environments/<id:id>/access-template", access_views.AccessTemplate.as_view()),
    path("environments/<id:id>/specifications", views.EnvironmentSpecifications.as_view()),
    path("environments/<id:id>/resources", views.EnvironmentResources.as_view()),
    path("environments/<id:id>/plans", views.EnvironmentPlans.as_view()),
    path("environments/<id:id>/adoptions", views.EnvironmentAdoptions.as_view()),
    path("environments/<id:id>/tear-downs", run_views.TearDowns.as_view()),
    path("environments/<id:id>/drift-checks", run_views.DriftChecks.as_view()),
    path("environments/<id:id>/verifications", views.Verifications.as_view()),
    path("environments/<id:id>/stand-in-roles", views.StandInRoles.as_view()),
    path("environments/<id:id>/stand-in-acceptances", views.StandInAcceptances.as_view()),
    path("environments/<id:id>/stand-in-tunnels", data_centre_views.StandInTunnels.as_view()),
    path("environments/<id:id>/vpn-configuration-reveals", data_centre_views.ConfigurationReveals.as_view()),
    path("environments/<id:id>/milestones", data_centre_views.Milestones.as_view()),
    path("environments/<id:id>/milestones/<slug:key>", data_centre_views.Milestone.as_view()),
    path("environments/<id:id>/stand-in-publications", views.StandInPublications.as_view()),
    path("specifications/<id:id>", views.Specification.as_view()),
    path("checklist-items", views.ChecklistItems.as_view()),
    path("checklist-items/<id:id>", views.ChecklistItem.as_view()),
    path("checklist-items/<id:id>/signatures", views.Signatures.as_view()),
    path("plans", run_views.Plans.as_view()),
    path("plans/<id:id>", run_views.Plan.as_view()),
    path("plans/<id:id>/approvals", run_views.PlanApprovals.as_view()),
    path("plans/<id:id>/adoptions", run_views.PlanAdoptions.as_view()),
    path("runs", run_views.Runs.as_view()),
    path("runs/<id:id>", run_views.Run.as_view()),
    path("runs/<id:id>/aws-calls", run_views.RunAwsCalls.as_view()),
    path("runs/<id:id>/pauses", run_views.Pauses.as_view()),
    path("runs/<id:id>/resumptions", run_views.Resumptions.as_view()),
    path("runs/<id:id>/retries", run_views.Retries.as_view()),
    path("runs/<id:id>/observations", run_views.Observations.as_view()),
    path("runs/<id:id>/cancellations", run_views.Cancellations.as_view()),
]
