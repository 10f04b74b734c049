"""Tokens by which other systems call the API."""

from django.db import models
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _
from knox.settings import CONSTANTS

from agreements.models.people import User


class AccessToken(models.Model):
    """A key to the API: only its hash is kept, so it can be shown once and never again.

    ``token_key`` is how the token begins, by which people tell tokens apart. One that ended stays
    until somebody revokes it, so that its callers are told why they are refused.
    """

    digest = models.CharField(max_length=CONSTANTS.DIGEST_LENGTH, primary_key=True)
    token_key = models.CharField(max_length=CONSTANTS.TOKEN_KEY_LENGTH, db_index=True)
    user = models.ForeignKey(User, models.CASCADE, related_name="access_tokens")
    name = models.CharField(_("name"), max_length=100)
    created = models.DateTimeField(db_default=Now(), editable=False)
    expiry = models.DateTimeField(_("ends"))

    class Meta:
        verbose_name = _("access token")
        verbose_name_plural = _("access tokens")

    def __str__(self) -> str:
        return f"{self.name} · {self.token_key}…"
