"""Addresses of the pages about agreements and people."""

from django.urls import path

from agreements.views import (
    capacity,
    comments,
    differences,
    document,
    due,
    editor,
    files,
    history,
    interview,
    preferences,
    signing,
    start,
)

app_name = "agreements"

urlpatterns = [
    path("preferences/", preferences.preferences, name="people-preferences"),
    path("new/", start.agreement_new, name="agreement-new"),
    path("<slug:slug>/draft/new/", start.draft_new, name="draft-new"),
    path("<slug:slug>/draft/new/<slug:step>/", interview.interview, name="interview"),
    path("<slug:slug>/draft/", editor.draft, name="draft"),
    path("<slug:slug>/draft/preview/", editor.preview, name="draft-preview"),
    path("<slug:slug>/draft/due/", due.due, name="draft-due"),
    path("<slug:slug>/draft/capacity/", capacity.capacity, name="draft-capacity"),
    path("<slug:slug>/draft/comments/", comments.comments, name="draft-comments"),
    path("<slug:slug>/draft/suggest/", comments.suggest, name="draft-suggest"),
    path("<slug:slug>/draft/discard/", signing.discard, name="draft-discard"),
    path("<slug:slug>/draft/propose/", signing.propose, name="draft-propose"),
    path("<slug:slug>/draft/<slug:section>/", editor.section, name="editor"),
    path("<slug:slug>/draft/<slug:section>/merge/", editor.merge, name="editor-merge"),
    path("<slug:slug>/draft/<slug:section>/put-back/", editor.put_back, name="editor-put-back"),
    path("<slug:slug>/document/", document.document, name="document"),
    path("<slug:slug>/document/<int:number>/", document.document, name="version"),
    path("<slug:slug>/document/<int:number>.yaml", files.as_yaml, name="version-yaml"),
    path("<slug:slug>/document/<int:number>.json", files.as_json, name="version-json"),
    path("<slug:slug>/document/<int:number>.pdf", files.as_pdf, name="version-pdf"),
    path("<slug:slug>/versions/<int:number>/sign/", signing.sign, name="version-sign"),
    path("<slug:slug>/versions/<int:number>/decline/", signing.decline, name="version-decline"),
    path("<slug:slug>/versions/<int:number>/withdraw/", signing.withdraw, name="version-withdraw"),
    path("<slug:slug>/versions/<int:number>/renew/", signing.renew, name="version-renew"),
    path("<slug:slug>/end/", signing.end, name="end"),
    path("<slug:slug>/differences/", differences.differences, name="differences"),
    path("<slug:slug>/history/", history.history, name="history"),
]
