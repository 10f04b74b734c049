"""Forms about agreements and the people who keep them."""

from typing import Any

from django import forms
from django.utils.text import get_text_list
from django.utils.translation import gettext_lazy as _

from agreements.models import User
from agreements.zones import is_zone, zone_read, zone_shown, zones_of_city


class ZoneField(forms.CharField):
    """A time zone, typed or chosen from the list that `zone_list` puts on the page.

    Without JavaScript too: the browser itself looks for what is typed among names and places.
    """

    def __init__(self, **kwargs: Any) -> None:
        kwargs.setdefault("help_text", _("Type a city or a country and choose."))
        super().__init__(**kwargs)

    def widget_attrs(self, widget: forms.Widget) -> Any:
        """Name the list that is looked through."""
        return {**super().widget_attrs(widget), "list": "zones", "autocomplete": "off"}

    def prepare_value(self, value: Any) -> Any:
        """Write the zone as it is read."""
        return zone_shown(value)

    def clean(self, value: Any) -> str:
        """Return the name of the zone that was typed."""
        zone = zone_read(super().clean(value))
        if is_zone(zone):
            return str(zone)
        meant = zones_of_city(str(zone))
        if meant:
            raise forms.ValidationError(
                _("Do you mean %(zone)s? Then write that, or the city with its country."),
                params={"zone": get_text_list(meant)},
            )
        raise forms.ValidationError(
            _("“%(typed)s” is not a time zone: choose one of the list, such as Europe/Madrid."),
            params={"typed": zone},
        )


class PreferencesForm(forms.ModelForm):  # type: ignore[type-arg]
    """Language, look and time zone; what is not sent stays as it was."""

    time_zone = ZoneField(label=_("Time zone"))

    class Meta:
        model = User
        fields = ["language", "theme", "time_zone"]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name in list(self.fields):
            if name not in self.data:
                del self.fields[name]

    def save(self, commit: bool = True) -> User:
        """Write only what was sent."""
        if commit:
            self.instance.save(update_fields=list(self.fields))
        user: User = self.instance
        return user
