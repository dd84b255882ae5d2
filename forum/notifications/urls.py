from django.urls import path

from . import views
from .mailing.views import start_again, unsubscribe
from .push import views as push

urlpatterns = [
    path("notifications/", views.index, name="notifications"),
    path("notifications/menu/", views.menu, name="notifications_menu"),
    path("notifications/count/", views.count, name="notifications_count"),
    path("notifications/seen/", views.mark_seen, name="notifications_seen"),
    path("notifications/unsubscribe/<str:signed>/", unsubscribe, name="unsubscribe"),
    path("notifications/<int:notice_id>/", views.show, name="notification"),
    path("settings/notifications/again/", start_again, name="start_emails_again"),
    path("settings/notifications/", views.settings, name="notification_settings"),
    path("settings/notifications/devices/add/", push.create, name="add_device"),
    path("settings/notifications/devices/keep/", push.keep, name="keep_device"),
    path("settings/notifications/devices/renew/", push.renew, name="renew_device"),
    path("settings/notifications/devices/key/", push.key, name="push_key"),
    path("settings/notifications/devices/forget/", push.forget, name="forget_device"),
    path("settings/notifications/devices/remove/", push.destroy, name="remove_device"),
    path("sw.js", push.service_worker, name="service_worker"),
]
