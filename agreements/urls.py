"""Addresses of the pages about agreements and people."""

from django.urls import path

from agreements.views import document, editor, preferences

app_name = "agreements"

urlpatterns = [
    path("preferences/", preferences.preferences, name="people-preferences"),
    path("<slug:slug>/draft/", editor.draft, name="draft"),
    path("<slug:slug>/draft/preview/", editor.preview, name="draft-preview"),
    path("<slug:slug>/draft/<slug:section>/", editor.section, name="editor"),
    path("<slug:slug>/draft/<slug:section>/merge/", editor.merge, name="editor-merge"),
    path("<slug:slug>/document/", document.document, name="document"),
    path("<slug:slug>/document/<int:number>/", document.document, name="version"),
    path("<slug:slug>/document/<int:number>.yaml", document.document_yaml, name="version-yaml"),
]
