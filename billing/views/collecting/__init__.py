"""Pages of money received and money due: payments, accounts, what is late."""
