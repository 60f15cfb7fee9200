"""Every address of the site; each audience (portal, console, api) brings its own list."""

from django.urls import URLPattern, URLResolver, include, path

urlpatterns: list[URLPattern | URLResolver] = [
    path("console/", include("jiebang.console.urls")),
    path("", include("jiebang.portal.urls")),
]
