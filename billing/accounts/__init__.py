"""What members owe and what they paid."""
