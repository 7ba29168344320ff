"""Addresses of prices, the simulator and quotes."""

from django.urls import path

from billing.views.pricing import prices, quotes, simulator

urlpatterns = [
    path("prix/", prices.prices, name="prices"),
    path("prix/indices/", prices.indices, name="price_indices"),
    path("prix/simulateur/", simulator.simulator, name="simulator"),
    path("prix/simulateur/devis/", simulator.make_quote, name="make_quote"),
    path("prix/<int:pk>/", prices.price, name="price"),
    path("prix/<int:pk>/changer/", prices.change, name="change_price"),
    path("prix/<int:pk>/reviser/", prices.revise, name="revise_price"),
    path("devis/", quotes.quotes, name="quotes"),
    path("devis/<int:pk>/", quotes.quote, name="quote"),
    path("devis/<int:pk>/pdf/", quotes.pdf, name="quote_pdf"),
    path("devis/<int:pk>/accepter/", quotes.accept, name="accept_quote"),
]
