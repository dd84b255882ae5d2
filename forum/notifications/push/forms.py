from base64 import urlsafe_b64decode

from cryptography.hazmat.primitives.asymmetric import ec
from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from forum.outbound.guard import Forbidden, Unreachable, resolve, target_of

from .models import Device

AUTH = 16  # bytes
LOOK_UP = 2  # seconds for the name server of the push service


class DeviceForm(forms.Form):
    """What a browser says of its subscription."""

    endpoint = forms.CharField(max_length=Device._meta.get_field("endpoint").max_length)
    p256dh = forms.CharField(max_length=Device._meta.get_field("p256dh").max_length)
    auth = forms.CharField(max_length=Device._meta.get_field("auth").max_length)

    def clean_endpoint(self):
        endpoint = self.cleaned_data["endpoint"]
        try:
            self.target = target_of(endpoint)
            resolve(self.target, LOOK_UP)
        except (Forbidden, Unreachable) as error:
            raise ValidationError(_("The push service can't be used: %s") % error) from error
        return endpoint

    def clean_p256dh(self):
        try:
            ec.EllipticCurvePublicKey.from_encoded_point(
                ec.SECP256R1(), decoded(self.cleaned_data["p256dh"])
            )
        except ValueError as error:
            raise ValidationError(_("That is no key.")) from error
        return self.cleaned_data["p256dh"]

    def clean_auth(self):
        try:
            length = len(decoded(self.cleaned_data["auth"]))
        except ValueError:
            length = 0
        if length != AUTH:
            raise ValidationError(_("That is no key."))
        return self.cleaned_data["auth"]


def decoded(text):
    """The bytes of base64 as browsers write it. Raises ValueError."""
    return urlsafe_b64decode(text.rstrip("=") + "=" * (-len(text.rstrip("=")) % 4))
