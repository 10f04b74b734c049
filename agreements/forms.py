"""Forms about agreements and the people who keep them."""

from typing import Any

from django import forms

from agreements.models import User


class PreferencesForm(forms.ModelForm):  # type: ignore[type-arg]
    """Language and look; what is not sent stays as it was."""

    class Meta:
        model = User
        fields = ["language", "theme"]

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
