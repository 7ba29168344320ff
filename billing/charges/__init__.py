"""What members owe beside hours: expenses, dues, deposits and free lines."""
