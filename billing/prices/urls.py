"""Addresses of prices."""

from django.urls import URLPattern, path

from billing.prices.views import prices, quotes

urlpatterns: list[URLPattern] = [
    path("prix/", prices.prices, name="prices"),
    path("prix/indices/", prices.indices, name="price_indices"),
    path("prix/simulateur/", quotes.simulator, name="simulator"),
    path("prix/simulateur/devis/", quotes.make_quote, name="make_quote"),
    path("prix/<int:pk>/", prices.price, name="price"),
    path("prix/<int:pk>/changer/", prices.change, name="change_price"),
    path("prix/<int:pk>/reviser/", prices.revise, name="revise_price"),
    path("devis/", quotes.quotes, name="quotes"),
    path("devis/<int:pk>/", quotes.quote, name="quote"),
    path("devis/<int:pk>/pdf/", quotes.pdf, name="quote_pdf"),
    path("devis/<int:pk>/accepter/", quotes.accept, name="accept_quote"),
]
