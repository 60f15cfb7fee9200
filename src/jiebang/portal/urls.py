"""The addresses of the public site."""

from django.urls import path

from jiebang.portal import views

app_name = "portal"

urlpatterns = [
    path("", views.home, name="home"),
    path("challenges/<key:subject_id>/", views.challenge_page, name="challenge"),
    path("notices/<key:subject_id>/", views.notice_page, name="notice"),
    path("objections/<str:draft>/", views.objection_receipt, name="objection"),
    path("policies/<slug:slug>/", views.policy_page, name="policy"),
    path("ledger/", views.ledger_page, name="ledger"),
]
