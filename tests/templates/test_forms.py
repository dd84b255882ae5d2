import re

from django import forms


class Tea(forms.Form):
    kind = forms.CharField(label="Kind of tea", help_text="Green, black, …")
    sugar = forms.BooleanField(required=False)
    note = forms.CharField(required=False)


def test_label_help_and_error_belong_to_their_field():
    html = str(Tea({}))

    assert '<label for="id_kind">Kind of tea</label>' in html
    described = re.search(r'name="kind"[^>]*aria-describedby="([^"]+)"', html)[1].split()
    assert described == ["id_kind_helptext", "id_kind_error"]
    assert all(f'id="{name}"' in html for name in described)
    assert re.search(r'name="kind"[^>]*aria-invalid="true"', html)


def test_a_field_that_may_stay_empty_says_so():
    html = str(Tea())

    assert html.count("(optional)") == 1
    assert re.search(r'for="id_note">\s*note\b.*\(optional\)', html, re.IGNORECASE)
