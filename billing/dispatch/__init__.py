"""Documents sent by e-mail to the billing contacts of members."""
