"""Addresses of the pages about leads, below the address of their agreement."""

from django.urls import include, path

from leads.views import (
    criteria_test,
    deeds,
    fields,
    lead,
    merging,
    queue,
    queue_own,
    queue_panel,
    ready,
    registry,
    undoing,
)

app_name = "leads"

urlpatterns = [
    path("queue/", queue.queue, name="queue"),
    path("queue/arrivals/", queue.arrivals, name="arrivals"),
    path("queue/views/", queue_own.save_view, name="save-view"),
    path("queue/views/<int:pk>/remove/", queue_own.remove_view, name="remove-view"),
    path("criteria-test/", criteria_test.criteria_test, name="criteria-test"),
    path("lead-fields/", fields.lead_fields, name="lead-fields"),
    path("imports/", include("leads.import_urls")),
    path("leads/", registry.registry, name="list"),
    path("leads/before/", ready.ready, name="ready"),
    path("leads/offer/", ready.offer, name="offer"),
    path("leads/offer-rule/", ready.turn_rule, name="offer-rule"),
    path("leads/duplicates/", merging.duplicates, name="duplicates"),
    path("leads/<int:pk>/alike/", merging.alike, name="alike"),
    path("leads/<int:pk>/merge/<int:other>/", merging.merge, name="merge"),
    path("leads/<int:pk>/apart/<int:other>/", merging.tell_apart, name="tell-apart"),
    path("leads/<int:pk>/alike/<int:other>/", merging.tell_alike, name="tell-alike"),
    path("merges/<int:pk>/undo/", merging.part, name="merge-undo"),
    path("leads/<int:pk>/", lead.detail, name="detail"),
    path("handoffs/<int:pk>/panel/", queue_panel.panel, name="panel"),
    path("handoffs/<int:pk>/foreseen/", queue_panel.foreseen, name="foreseen"),
    path("handoffs/<int:pk>/snooze/", queue_own.snooze, name="snooze"),
    path("handoffs/<int:pk>/wake/", queue_own.wake, name="wake"),
    path("handoffs/<int:pk>/accept/", deeds.accept, name="accept"),
    path("handoffs/<int:pk>/reject/", deeds.reject, name="reject"),
    path("handoffs/<int:pk>/follow-ups/", deeds.log, name="log"),
    path("handoffs/<int:pk>/qualify/", deeds.qualify, name="qualify"),
    path("handoffs/<int:pk>/disqualify/", deeds.disqualify, name="disqualify"),
    path("handoffs/<int:pk>/recycle/", deeds.recycle, name="recycle"),
    path("handoffs/<int:pk>/pause/", deeds.pause, name="pause"),
    path("handoffs/<int:pk>/resume/", deeds.resume, name="resume"),
    path("handoffs/<int:pk>/withdraw/", deeds.withdraw, name="withdraw"),
    path("handoffs/<int:pk>/contest/", deeds.contest, name="contest"),
    path("handoffs/<int:pk>/decide/", deeds.decide, name="decide"),
    path("handoffs/<int:pk>/undo/", undoing.undo, name="undo"),
    path("", include("leads.team_urls")),
]
