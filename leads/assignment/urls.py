"""Addresses of the pages about a sales team: who gets handoffs, and who is away."""

from django.urls import path

from leads.views import absences, assignment, reassign, team
from leads.views.team import AWAY

urlpatterns = [
    path("team/", team.team, name="team"),
    path("team/queue/", team.held, name="team-queue"),
    path("team/away/", team.held, {"only": AWAY}, name="team-away"),
    path("team/<int:pk>/", team.held, name="team-member"),
    path("assignment/", assignment.rules, name="assignment"),
    path("assignment/deeds/", assignment.deed, name="assignment-deed"),
    path("assignment/rules/new/", assignment.rule, name="assignment-rule-new"),
    path("assignment/rules/<int:pk>/", assignment.rule, name="assignment-rule"),
    path("absences/", absences.absences, name="absences"),
    path("absences/<int:pk>/end/", absences.end_absence, name="absence-end"),
    path("handoffs/<int:pk>/reassign/", reassign.reassign_one, name="reassign"),
]
