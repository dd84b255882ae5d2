from allauth.account.decorators import secure_admin_login
from django.contrib import admin
from django.urls import include, path, re_path

from forum.views import (
    accounts,
    categories,
    dismissals,
    levels,
    members,
    moderation,
    permalinks,
    post_visibility,
    posts,
    readings,
    replies,
    reversions,
    revisions,
    sessions,
    themes,
    topics,
    unsent,
    version_visibility,
    wikis,
    writing_help,
)

handler400 = "forum.views.errors.bad"
handler403 = "forum.views.errors.forbidden"
handler404 = "forum.views.errors.not_found"
handler429 = "forum.views.limits.too_many"  # allauth's
handler500 = "forum.views.errors.broken"

# The admin's own sign-in page has no rate limits.
admin.site.login = secure_admin_login(admin.site.login)  # type: ignore[method-assign]  # see allauth's docs

urlpatterns = [
    path("", topics.index, name="latest"),
    path("c/<int:category_id>-<str:slug>/", categories.show, name="category"),
    path("c/<int:category_id>/", categories.show),
    path("c/<int:category_id>/level/", levels.category, name="category_level"),
    path("t/new/", topics.new, name="new_topic"),
    path("t/create/", topics.create, name="create_topic"),
    path("t/<int:topic_id>-<str:slug>/", topics.show, name="topic"),
    path("t/<int:topic_id>/", topics.show, name="topic"),
    path("t/<int:topic_id>/jump/", permalinks.number, name="jump"),
    path("t/<int:topic_id>/unread/", permalinks.unread, name="unread"),
    path("t/<int:topic_id>/last/", permalinks.last, name="last"),
    path("t/<int:topic_id>/<int:number>/", permalinks.number, name="number"),
    path("t/<int:topic_id>/<int:number>/excerpt/", replies.excerpt, name="excerpt"),
    path("t/<int:topic_id>/edit/", topics.edit, name="edit_topic"),
    path("t/<int:topic_id>/reply/", posts.new, name="reply"),
    path("t/<int:topic_id>/replies/", posts.create, name="create_reply"),
    path("t/<int:topic_id>/level/", levels.topic, name="topic_level"),
    path("t/<int:topic_id>/seen/", readings.create, name="seen"),
    path("t/<int:topic_id>/close/", moderation.close, name="close_topic"),
    path("t/<int:topic_id>/open/", moderation.open, name="open_topic"),
    path("t/<int:topic_id>/pin/", moderation.pin, name="pin_topic"),
    path("t/<int:topic_id>/unpin/", moderation.unpin, name="unpin_topic"),
    path("t/<int:topic_id>/move/", moderation.move, name="move_topic"),
    path("p/<int:post_id>/", permalinks.post, name="post"),
    path("p/<int:post_id>/replies/", replies.index, name="post_replies"),
    path("p/<int:post_id>/menu/", posts.menu, name="post_menu"),
    path("p/<int:post_id>/edit/", posts.edit, name="edit_post"),
    path("p/<int:post_id>/update/", posts.update, name="update_post"),
    path("p/<int:post_id>/history/", revisions.index, name="history"),
    path("p/<int:post_id>/history/<int:number>/revert/", reversions.new, name="revert_post"),
    path("p/<int:post_id>/history/<int:number>/hide/", version_visibility.new, name="hide_version"),
    path(
        "p/<int:post_id>/history/<int:number>/restore/",
        version_visibility.destroy,
        name="restore_version",
    ),
    path("p/<int:post_id>/wiki/", wikis.edit, name="wiki"),
    path("p/<int:post_id>/hide/", post_visibility.create, name="hide_post"),
    path("p/<int:post_id>/restore/", post_visibility.destroy, name="restore_post"),
    path("", include("forum.drafts.urls")),
    path("", include("forum.completion.urls")),
    path("", include("forum.search.urls")),
    path("", include("forum.notifications.urls")),
    path("following/", levels.index, name="following"),
    path("readings/", readings.index, name="readings"),
    path("writing/", writing_help.show, name="writing_help"),
    path("preview/", posts.preview, name="preview"),
    path("u/<int:member_id>.css", members.stylesheet, name="member_stylesheet"),
    path("u/<str:username>/", members.show, name="member"),
    path("u/<str:username>/level/", levels.member, name="member_level"),
    path("u/<str:username>/topics/", members.topics, name="member_topics"),
    path("profile/", members.edit, name="profile"),
    path("continue/", unsent.create, name="continue"),
    path("theme/", themes.update, name="theme"),
    path("announcements/<int:announcement_id>/dismiss/", dismissals.create, name="dismiss"),
    path("accounts/sessions/", sessions.index, name="usersessions_list"),
    re_path(
        r"^accounts/confirm-email/(?P<key>[-:\w]+)/$",
        accounts.confirm_email,
        name="account_confirm_email",
    ),
    path("accounts/password/reset/", accounts.password_reset, name="account_reset_password"),
    re_path(
        r"^accounts/password/reset/key/(?P<uidb36>[0-9A-Za-z]+)-(?P<key>.+)/$",
        accounts.password_reset_from_key,
        name="account_reset_password_from_key",
    ),
    path("accounts/", include("allauth.account.urls")),
    path("admin/", admin.site.urls),
    path("", include("realtime.urls")),
]
