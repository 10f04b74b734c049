"""Addresses of the imports of files."""

from django.urls import path

from leads.views import imports

urlpatterns = [
    path("", imports.imports, name="imports"),
    path("<int:pk>/", imports.detail, name="import"),
    path("<int:pk>/sheet/", imports.sheet, name="import-sheet"),
    path("<int:pk>/corrects/", imports.corrects, name="import-corrects"),
    path("<int:pk>/columns/", imports.columns, name="import-columns"),
    path("<int:pk>/take-in/", imports.take_in, name="import-take-in"),
    path("<int:pk>/stop/", imports.stop, name="import-stop"),
    path("<int:pk>/back/", imports.back, name="import-back"),
    path("<int:pk>/throw-away/", imports.throw_away, name="import-throw-away"),
    path("<int:pk>/undo/", imports.undo, name="import-undo"),
    path("<int:pk>/rejects/", imports.rejects, name="import-rejects"),
    path("<int:pk>/mapping/", imports.mapping, name="import-mapping"),
]
