"""What members owe and what they paid: payments, allocations, statements of account, the aged balance."""
