import re

from django.template.loader import render_to_string

from forum.pages import fragments


def shown(post):
    return fragments.rendered_post(post)


def test_a_post_tells_scripts_what_it_is(topic, ada):
    post = topic.reply(ada, "Tea.")

    html = shown(post)

    assert f'id="post-2" data-post="{post.pk}" data-number="2" data-author="{ada.pk}"' in html
    assert f'data-change="{post.change}" data-version="1"' in html


def test_a_post_shows_who_wrote_what_and_where_it_stands(topic, ada):
    post = topic.reply(ada, "*Tea*.")

    html = shown(post)

    assert "Ada Lovelace</a>" in html
    assert "<em>Tea</em>" in html
    assert re.search(rf'href="/p/{post.pk}/"[^>]*>#2<', html)


def test_an_edited_post_says_so_and_leads_to_its_history(topic, ada):
    post = topic.reply(ada, "Tea.")
    assert "/history/" not in shown(post)

    post.edit(ada, "Coffee.")
    post.refresh_from_db()

    assert f'href="/p/{post.pk}/history/"' in shown(post)


def test_a_hidden_post_keeps_its_place_but_none_of_its_text(topic, ada, mo):
    post = topic.reply(ada, "Secret tea.")
    post.hide(mo)

    html = shown(post)

    assert "Secret" not in html
    assert 'id="post-2"' in html
    assert "post--hidden" in html
    assert "hidden by a moderator" in html
    assert "data-quote" not in html
    assert f'href="/p/{post.pk}/menu/"' in html


def test_a_post_that_its_author_hid_says_so(topic, ada):
    post = topic.reply(ada, "Tea.")
    post.hide(ada)

    assert "hidden by its author" in shown(post)


def test_a_name_is_never_markup(topic, ada):
    ada.name = "<script>alert(1)</script>"
    ada.save()

    assert "<script>" not in shown(topic.reply(ada, "Tea."))


def menu(post, **may):
    return render_to_string("posts/_menu.html", {"post": post, **may})


def test_the_menu_offers_only_what_one_may_do(topic, ada):
    post = topic.reply(ada, "Tea.")

    nothing, everything = (
        menu(post, may_read=True),
        menu(post, may_read=True, may_edit=True, may_hide=True),
    )

    assert "/edit/" not in nothing
    assert "<form" not in nothing
    assert f'href="/p/{post.pk}/edit/"' in everything
    assert f'action="/p/{post.pk}/hide/"' in everything


def test_a_hidden_text_is_shown_to_those_who_may_read_it(topic, ada):
    post = topic.reply(ada, "Secret tea.")
    post.hide(ada)

    assert "Secret" in menu(post, may_read=True, may_restore=True)
    assert "Secret" not in menu(post, may_read=False)
