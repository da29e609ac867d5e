"""Addresses of this app's pages."""

from django.urls import path

from environments.views import access, checklist, data_centre, drift, environments, plans, runs, stand_in, tear_downs

urlpatterns = [
    path("environments/", environments.environment_list, name="environment_list"),
    path("environments/<str:id>/", environments.detail, name="environment"),
    path("environments/<str:id>/access-template/", access.template, name="access_template"),
    path("environments/<str:id>/checklist/", checklist.checklist, name="environment_checklist"),
    path("environments/<str:id>/verify/", checklist.verify, name="environment_verify"),
    path("environments/<str:id>/plans/", plans.plans, name="plan_request"),
    path("environments/<str:id>/runs/", runs.run_list, name="environment_runs"),
    path("environments/<str:id>/resources/", environments.resources, name="environment_resources"),
    path("environments/<str:id>/drift/", drift.drift, name="environment_drift"),
    path("environments/<str:id>/tear-down/", tear_downs.tear_down, name="environment_tear_down"),
    path("environments/<str:id>/reset/", tear_downs.reset, name="environment_reset"),
    path("environments/<str:id>/data-centre/", data_centre.detail, name="data_centre"),
    path("environments/<str:id>/data-centre/configuration/", data_centre.configuration, name="vpn_configuration"),
    path("environments/<str:id>/data-centre/milestones/", data_centre.reach, name="milestones"),
    path(
        "environments/<str:id>/data-centre/milestones/<str:key>/take-back/",
        data_centre.take_back,
        name="milestone_take_back",
    ),
    path("environments/<str:id>/stand-in/role/", stand_in.role, name="stand_in_role"),
    path("environments/<str:id>/stand-in/peering/", stand_in.accept, name="stand_in_accept"),
    path("environments/<str:id>/stand-in/tunnels/", stand_in.tunnels, name="stand_in_tunnels"),
    path("environments/<str:id>/stand-in/records/", stand_in.publish, name="stand_in_publish"),
    path("checklist-items/<str:id>/sign/", checklist.sign, name="checklist_sign"),
    path("checklist-items/<str:id>/unsign/", checklist.unsign, name="checklist_unsign"),
    path("plans/<str:id>/", plans.plan, name="plan"),
    path("plans/<str:id>/approve/", plans.approve, name="plan_approve"),
    path("plans/<str:id>/adopt/", plans.adopt, name="plan_adopt"),
    path("runs/<str:id>/", runs.run, name="run"),
    path("runs/<str:id>/live/", runs.live, name="run_live"),
    path("runs/<str:id>/pause/", runs.pause, name="run_pause"),
    path("runs/<str:id>/resume/", runs.resume, name="run_resume"),
    path("runs/<str:id>/retry/", runs.retry, name="run_retry"),
    path("runs/<str:id>/cancel/", runs.cancel, name="run_cancel"),
    path("runs/<str:id>/look-again/", runs.look_again, name="run_look_again"),
]
