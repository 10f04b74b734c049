"""The yardstick of the API: one row created the usual way, in an address beside the portal's."""

from django.urls import include, path
from rest_framework.generics import CreateAPIView
from rest_framework.serializers import ModelSerializer

from agreements.models import Audit


class _Row(ModelSerializer):  # type: ignore[type-arg]
    class Meta:
        model = Audit
        fields = ("action", "subject_type", "subject_id", "subject_name", "recorded_at", "data")


class Bare(CreateAPIView):  # type: ignore[type-arg]
    """Create one row, with the authentication and the limits of the API."""

    serializer_class = _Row
    queryset = Audit.objects.all()


urlpatterns = [path("bare/", Bare.as_view()), path("", include("slaportal.urls"))]
