"""Every address of the site; each audience (portal, console, api) brings its own list."""

from django.urls import URLPattern, URLResolver, include, path, register_converter

from jiebang.lifecycle.typed_keys import KeyConverter

register_converter(KeyConverter, "key")

urlpatterns: list[URLPattern | URLResolver] = [
    path("console/", include("jiebang.console.urls")),
    path("", include("jiebang.portal.urls")),
]

handler400 = "jiebang.config.refusals.unreadable"
handler403 = "jiebang.config.refusals.denied"
handler404 = "jiebang.config.refusals.not_found"
handler500 = "jiebang.config.refusals.failed"
